/**
 * Reads the body of `POST /v1/chat/completions`: fields of OpenAI's API reference, and some of llama.cpp, vLLM and Ollama.
 * The fields that are honoured are here and in answer-constraint.ts, those that are refused in request-fields.ts. Unknown
 * fields are ignored, because OpenAI's clients send extra ones, unless their names look as if they changed the text.
 */
import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { chatLimits, type ChatRequest } from '../../../src-shared/chat.ts';
import { samplingSchema } from '../../../src-shared/model.ts';
import { routeRulesSchema } from '../../../src-shared/route-rules.ts';
import { answerGrammar, constraintFields } from './answer-constraint.ts';
import { inWords, refuseUnsupported, wrongField } from './field-words.ts';
import { RequestError } from './openai-error.ts';
import { type Fields, ignoredFields, looksLikeSampling, refusedFields } from './request-fields.ts';
import { messagesSchema, readMessages } from './request-messages.ts';

function number(least: number, most: number) {
  const must = `must be a number from ${least} to ${most}`;
  return z.number(must).min(least, must).max(most, must).optional();
}

function wholeNumber(least: number, most: number, also = '') {
  const must = `must be a whole number from ${least} to ${most}${also}`;
  return z.number(must).int(must).min(least, must).max(most, must);
}

const flag = z.boolean('must be true or false').optional();

const mustBeLimit = 'must be a whole number of at least 1, or -1 for no limit';
/** -1 and -2 mean no limit in llama.cpp and Ollama. */
const tokenLimit = z
  .union([z.literal([-1, -2]), z.int(mustBeLimit).min(1, mustBeLimit)], mustBeLimit)
  .optional()
  .transform((limit) => (limit === undefined || limit < 0 ? Infinity : limit));

const mustBeStop = `must be a text or a list of up to ${chatLimits.stops} texts of at most 256 characters`;
const stopText = z.string().max(256, 'must be a text of at most 256 characters');
/** Empty texts are dropped, since they stop nothing. */
const stop = z
  .union([stopText, z.array(stopText).max(chatLimits.stops, mustBeStop)], mustBeStop)
  .optional()
  .transform((texts) => [texts ?? []].flat().filter((text) => text !== ''));

const mustBeModel = 'must be the name of a model';
const mustBeSeed = 'must be a whole number';
const mostTopK = 1_000_000;
const noTopK = z.literal(-1).transform(() => 0);
const repetition = number(0.01, 10);

/** Large integers of 64 bits are not exact as doubles, but still whole numbers. */
const seed = z.number(mustBeSeed).refine(Number.isInteger, mustBeSeed).optional();

const bodySchema = z.object({
  model: z.string(mustBeModel).min(1, mustBeModel).max(200, mustBeModel),
  messages: messagesSchema,
  stream: flag,
  stream_options: z.object({ include_usage: flag.nullable() }, 'must be an object').optional(),
  max_tokens: tokenLimit,
  max_completion_tokens: tokenLimit,
  n_predict: tokenLimit,
  num_predict: tokenLimit,
  n: wholeNumber(1, chatLimits.choices).optional(),
  seed,
  stop,
  temperature: number(0, 2),
  top_p: number(0, 1),
  presence_penalty: number(-2, 2),
  frequency_penalty: number(-2, 2),
  top_k: z
    .union([noTopK, wholeNumber(0, mostTopK)], `must be a whole number from 0 to ${mostTopK}`)
    .optional(),
  min_p: number(0, 1),
  repetition_penalty: repetition,
  repeat_penalty: repetition,
  logprobs: flag,
  top_logprobs: wholeNumber(0, 20).optional(),
  modalities: z.array(z.literal('text'), 'must be ["text"]').optional(),
  /** This app's own field: rules for the peers that the answer may use. */
  x_mindmesh: z
    .strictObject({ rules: routeRulesSchema.strict().nullish() }, 'must be an object')
    .optional(),
});

/** The names of all fields that are honoured; docs/api.md lists them. */
export const honouredFields = [...Object.keys(bodySchema.shape), ...constraintFields];

const knownFields = new Set([
  ...honouredFields,
  ...refusedFields.map(({ name }) => name),
  ...Object.values(ignoredFields).flat(),
]);

export type ChatCompletionRequest = {
  readonly chat: ChatRequest;
  readonly stream: boolean;
  readonly includeUsage: boolean;
};

/**
 * Reads a request's body.
 * @throws RequestError naming the first field that is wrong or not supported, its value, and what to do
 */
export function readChatCompletionRequest(body: unknown): ChatCompletionRequest {
  const given = fieldsOf(body);
  refuseUnsupported(given, refusedFields);
  refuseStrangeSampling(given);
  const result = bodySchema.safeParse(given);
  if (!result.success) {
    throw wrongField(result.error, given);
  }
  const fields = result.data;
  refuseContradictions(fields);
  const maxTokens = Math.min(
    fields.max_tokens,
    fields.max_completion_tokens,
    fields.n_predict,
    fields.num_predict,
  );
  const grammar = answerGrammar(given);
  const rules = fields.x_mindmesh?.rules ?? undefined;
  return {
    chat: {
      model: fields.model,
      messages: readMessages(fields.messages),
      sampling: samplingSchema.parse({
        temperature: fields.temperature,
        topK: fields.top_k,
        topP: fields.top_p,
        minP: fields.min_p,
        repetitionPenalty: fields.repetition_penalty ?? fields.repeat_penalty,
        presencePenalty: fields.presence_penalty,
        frequencyPenalty: fields.frequency_penalty,
        seed: toSeed(fields.seed ?? -1),
        ...(grammar === undefined ? {} : { grammar }),
        ...(fields.logprobs === true ? { topLogprobs: fields.top_logprobs ?? 0 } : {}),
      }),
      ...(maxTokens === Infinity ? {} : { maxTokens }),
      stop: fields.stop,
      choices: fields.n ?? 1,
      ...(rules === undefined ? {} : { rules }),
    },
    stream: fields.stream ?? false,
    includeUsage: fields.stream_options?.include_usage ?? false,
  };
}

/** The fields of the body without those that are null, which means absent for all of OpenAI's optional fields. */
function fieldsOf(body: unknown): Fields {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new RequestError('The body must be a JSON object.', null);
  }
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

const samplingRemedy =
  'Leave it out; the answer is set by temperature, top_p, top_k, min_p, repetition_penalty, presence_penalty, ' +
  'frequency_penalty, max_tokens, stop, seed and response_format.';

function refuseStrangeSampling(fields: Fields): void {
  const name = Object.keys(fields).find(
    (field) => !knownFields.has(field) && looksLikeSampling(field),
  );
  if (name !== undefined) {
    const short = name.slice(0, 100);
    throw new RequestError(
      `"${short}" is not known, and looks as if it changed the answer; it is ${inWords(fields[name])}. ${samplingRemedy}`,
      short,
    );
  }
}

function refuseContradictions(fields: z.output<typeof bodySchema>): void {
  const { logprobs, top_logprobs: top = 0, stream, stream_options: options } = fields;
  if (top > 0 && logprobs !== true) {
    throw new RequestError(
      `"top_logprobs" needs "logprobs" to be true; it is ${top}.`,
      'top_logprobs',
    );
  }
  if (options?.include_usage === true && stream !== true) {
    throw new RequestError(
      '"stream_options.include_usage" needs "stream" to be true. Without a stream, every answer tells its usage.',
      'stream_options',
    );
  }
  const { repetition_penalty: one, repeat_penalty: other } = fields;
  if (one !== undefined && other !== undefined && one !== other) {
    throw new RequestError(
      `"repeat_penalty" is another name of "repetition_penalty", but one is ${other} and the other ${one}. Send one of them.`,
      'repeat_penalty',
    );
  }
}

const seedCount = 2 ** 32;

/** Engines take seeds of 32 bits, OpenAI's API takes signed ones of 64. -1 means a random seed, as in llama.cpp and vLLM. */
function toSeed(given: number): number {
  return given === -1 ? randomInt(seedCount) : ((given % seedCount) + seedCount) % seedCount;
}
