/**
 * The body of `POST /v1/chat/completions`, from OpenAI's API reference, with llama.cpp's sampling fields beside.
 * Fields that nobody knows are ignored, as OpenAI does with many; fields that are known and would change the
 * answer but are not supported are refused.
 */
import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { chatLimits, type ChatMessage, type ChatRequest } from '../../../src-shared/chat.ts';
import { samplingSchema } from '../../../src-shared/model.ts';
import { routeRulesSchema } from '../../../src-shared/route-rules.ts';
import { jsonSchemaGrammar } from '../text/json-schema/grammar.ts';
import { RequestError } from './openai-error.ts';

/** null stands for absent in all of OpenAI's optional fields. */
function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined);
}

const contentSchema = z.union(
  [
    z.string(),
    z.array(z.object({ type: z.literal('text', 'only text can be sent'), text: z.string() })),
  ],
  'must be a string or an array of text parts',
);

const messageSchema = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: contentSchema.nullish(),
  ...unsupported(['tool_calls', 'function_call', 'audio'], ' in a message'),
});

const responseFormatSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    json_schema: z.object({ name: z.string().max(64), schema: z.unknown() }),
  }),
]);

const { topK, minP, repetitionPenalty } = samplingSchema.shape;

const bodySchema = z.object({
  model: z.string().min(1).max(200),
  messages: z.array(messageSchema).min(1).max(chatLimits.messages),
  stream: optional(z.boolean()),
  stream_options: optional(z.object({ include_usage: optional(z.boolean()) })),
  max_tokens: optional(z.int().min(1)),
  max_completion_tokens: optional(z.int().min(1)),
  n: optional(z.int().min(1).max(chatLimits.choices)),
  seed: optional(z.int()),
  stop: optional(
    z.union(
      [z.string().min(1).max(256), z.array(z.string().min(1).max(256)).max(chatLimits.stops)],
      `must be a text or up to ${chatLimits.stops} texts of 1 to 256 characters`,
    ),
  ),
  temperature: optional(z.number().min(0).max(2)),
  top_p: optional(z.number().min(0).max(1)),
  presence_penalty: optional(z.number().min(-2).max(2)),
  frequency_penalty: optional(z.number().min(-2).max(2)),
  top_k: optional(topK.unwrap()),
  min_p: optional(minP.unwrap()),
  repetition_penalty: optional(repetitionPenalty.unwrap()),
  logprobs: optional(z.boolean()),
  top_logprobs: optional(z.int().min(0).max(20)),
  response_format: optional(responseFormatSchema),
  /** Ours: whom the answer may use. */
  x_mindmesh: optional(z.strictObject({ rules: optional(routeRulesSchema.strict()) })),
  modalities: optional(z.array(z.literal('text', 'only text can be answered'))),
  logit_bias: optional(z.strictObject({}, 'is not supported')),
  tool_choice: optional(z.literal('none', 'tools are not supported')),
  tools: optional(z.array(z.unknown()).max(0, 'tools are not supported')),
  ...unsupported(['functions', 'function_call', 'audio', 'prediction', 'web_search_options']),
});

function unsupported<const Name extends string>(names: readonly Name[], where = '') {
  const refused = optional(z.never(`is not supported${where}`));
  return Object.fromEntries(names.map((name) => [name, refused])) as Record<Name, typeof refused>;
}

export type ChatCompletionRequest = {
  readonly chat: ChatRequest;
  readonly stream: boolean;
  readonly includeUsage: boolean;
};

/** @throws RequestError naming the first field that is wrong, or AppError for a schema that is not supported */
export function readChatCompletionRequest(body: unknown): ChatCompletionRequest {
  const result = bodySchema.safeParse(body);
  if (!result.success) {
    throw wrongField(result.error);
  }
  const fields = result.data;
  if (fields.top_logprobs !== undefined && fields.logprobs !== true) {
    throw new RequestError('top_logprobs needs logprobs to be true.', 'top_logprobs');
  }
  if (fields.stream_options !== undefined && fields.stream !== true) {
    throw new RequestError('stream_options needs stream to be true.', 'stream_options');
  }
  const maxTokens = fields.max_completion_tokens ?? fields.max_tokens;
  const grammar = grammarOf(fields.response_format);
  return {
    chat: {
      model: fields.model,
      messages: fields.messages.map(toMessage),
      sampling: samplingSchema.parse({
        temperature: fields.temperature,
        topK: fields.top_k,
        topP: fields.top_p,
        minP: fields.min_p,
        repetitionPenalty: fields.repetition_penalty,
        presencePenalty: fields.presence_penalty,
        frequencyPenalty: fields.frequency_penalty,
        seed: fields.seed === undefined ? randomInt(seedCount) : toSeed(fields.seed),
        ...(grammar === undefined ? {} : { grammar }),
        ...(fields.logprobs === true ? { topLogprobs: fields.top_logprobs ?? 0 } : {}),
      }),
      ...(maxTokens === undefined ? {} : { maxTokens }),
      stop: [fields.stop ?? []].flat(),
      choices: fields.n ?? 1,
      ...(fields.x_mindmesh?.rules === undefined ? {} : { rules: fields.x_mindmesh.rules }),
    },
    stream: fields.stream ?? false,
    includeUsage: fields.stream_options?.include_usage ?? false,
  };
}

const seedCount = 2 ** 32;

/** Our seeds have 32 bits; OpenAI's have 64 and a sign. */
function toSeed(seed: number): number {
  return ((seed % seedCount) + seedCount) % seedCount;
}

function toMessage(message: z.output<typeof messageSchema>, index: number): ChatMessage {
  const { role, content } = message;
  if (content === undefined || content === null) {
    if (role !== 'assistant') {
      throw new RequestError('The message has no content.', `messages[${index}].content`);
    }
    return { role, content: '' };
  }
  const text = typeof content === 'string' ? content : content.map((part) => part.text).join('');
  if (text.length > chatLimits.messageCharacters) {
    throw new RequestError(
      `The message has ${text.length} characters; at most ${chatLimits.messageCharacters} are allowed.`,
      `messages[${index}].content`,
    );
  }
  return { role: role === 'developer' ? 'system' : role, content: text };
}

function grammarOf(format: z.output<typeof responseFormatSchema> | undefined): string | undefined {
  if (format?.type === 'json_object') {
    return jsonSchemaGrammar({ type: 'object' });
  }
  return format?.type === 'json_schema'
    ? jsonSchemaGrammar(format.json_schema.schema ?? {})
    : undefined;
}

function wrongField(error: z.ZodError): RequestError {
  const issue = error.issues[0];
  const path = (issue?.path ?? []).reduce<string>(
    (text, key) =>
      typeof key === 'number'
        ? `${text}[${key}]`
        : `${text}${text === '' ? '' : '.'}${String(key)}`,
    '',
  );
  const complaint = issue?.message ?? 'is wrong';
  return path === ''
    ? new RequestError(`The body is wrong: ${complaint}.`, null)
    : new RequestError(`"${path}" is wrong: ${complaint}.`, path);
}
