/**
 * Turns the fields by which clients constrain the format of an answer into a grammar: OpenAI's and Together's
 * `response_format`, llama.cpp's `grammar` and `json_schema`, vLLM's `guided_…` and `structured_outputs`, Ollama's
 * `format`.
 */
import { z } from 'zod';
import { AppError, missingCase } from '../../../src-shared/errors.ts';
import { parseGrammar } from '../../engine/sampling/grammar/grammar-rules.ts';
import { jsonSchemaGrammar } from '../text/json-schema/grammar.ts';
import { literal } from '../text/json-schema/rules.ts';
import { wrongField } from './field-words.ts';
import { RequestError } from './openai-error.ts';
import type { Fields } from './request-fields.ts';

const mustBeSchema = 'must be a JSON schema';
const schemaSchema = z.union([z.record(z.string(), z.unknown()), z.boolean()], mustBeSchema);
const gbnfSchema = z.string('must be a grammar in GBNF');
const choicesSchema = z
  .array(z.string('must be a text'), 'must be a list of texts')
  .min(1, 'must be a list of at least one text')
  .max(1000, 'must be a list of at most 1000 texts');

const formatTypes = ['text', 'json_object', 'json_schema', 'grammar'] as const;
const responseFormatSchema = z.looseObject(
  { type: z.enum(formatTypes, `must be one of ${formatTypes.join(', ')}`) },
  'must be an object with a type',
);
const namedSchema = z.object({ schema: schemaSchema }, 'must be an object with a schema');

/** Reads `value` by `schema`; `path` is its place in the request. @throws RequestError */
function read<T>(schema: z.ZodType<T>, value: unknown, path: string): T {
  const result = schema.safeParse(value);
  if (result.success) {
    return result.data;
  }
  throw wrongField(result.error, value, path);
}

/** Calls `make`, and adds the name of the field to its error. */
function named(path: string, make: () => string): string {
  try {
    return make();
  } catch (error) {
    if (error instanceof AppError && error.code === 'request-invalid') {
      throw new RequestError(`"${path}" cannot be used. ${error.message}`, path);
    }
    throw error;
  }
}

function ofSchema(value: unknown, path: string): string {
  const schema = read(schemaSchema, value, path);
  return named(path, () => jsonSchemaGrammar(schema));
}

function ofGbnf(value: unknown, path: string): string {
  const grammar = read(gbnfSchema, value, path);
  return named(path, () => {
    parseGrammar(grammar);
    return grammar;
  });
}

function ofChoices(value: unknown, path: string): string {
  return `root ::= ${read(choicesSchema, value, path).map(literal).join(' | ')}\n`;
}

function ofResponseFormat(value: unknown, path: string): string | undefined {
  const format = read(responseFormatSchema, value, path);
  switch (format.type) {
    case 'text':
      return undefined;
    case 'grammar':
      return ofGbnf(format['grammar'], `${path}.grammar`);
    case 'json_object':
      return ofSchema(format['schema'] ?? { type: 'object' }, `${path}.schema`);
    case 'json_schema':
      return format['json_schema'] === undefined && format['schema'] !== undefined
        ? ofSchema(format['schema'], `${path}.schema`)
        : ofSchema(
            read(namedSchema, format['json_schema'], `${path}.json_schema`).schema,
            `${path}.json_schema.schema`,
          );
    default:
      return missingCase(format.type);
  }
}

/** vLLM takes a schema also as a text. */
function ofSchemaOrText(value: unknown, path: string): string {
  return ofSchema(typeof value === 'string' ? parsed(value, path) : value, path);
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RequestError(`"${path}" ${mustBeSchema}; it is a text that is no JSON.`, path);
  }
}

const structuredSchema = z.strictObject(
  {
    json: z.unknown().optional(),
    choice: z.unknown().optional(),
    grammar: z.unknown().optional(),
  },
  'must be an object with json, choice or grammar',
);

function ofStructuredOutputs(value: unknown, path: string): string | undefined {
  const { json, choice, grammar } = read(structuredSchema, value, path);
  return onlyOne([
    [`${path}.json`, json, ofSchemaOrText],
    [`${path}.choice`, choice, ofChoices],
    [`${path}.grammar`, grammar, ofGbnf],
  ]);
}

function ofFormat(value: unknown, path: string): string {
  return ofSchema(value === 'json' ? { type: 'object' } : value, path);
}

type Source = readonly [
  path: string,
  value: unknown,
  grammarOf: (value: unknown, path: string) => string | undefined,
];

/** The grammar of the one source that sets a constraint. @throws RequestError when two do */
function onlyOne(sources: readonly Source[]): string | undefined {
  const asked = sources.flatMap(([path, value, grammarOf]) => {
    // An empty text is how some clients send a field that was not filled in.
    const grammar =
      value === undefined || value === null || value === '' ? undefined : grammarOf(value, path);
    return grammar === undefined ? [] : [{ path, grammar }];
  });
  const [first, second] = asked;
  if (second !== undefined) {
    throw new RequestError(
      `"${first?.path}" and "${second.path}" both say what the answer must look like. Send one of them.`,
      second.path,
    );
  }
  return first?.grammar;
}

const grammarOfField = {
  response_format: ofResponseFormat,
  json_schema: ofSchema,
  grammar: ofGbnf,
  guided_json: ofSchemaOrText,
  guided_choice: ofChoices,
  guided_grammar: ofGbnf,
  structured_outputs: ofStructuredOutputs,
  format: ofFormat,
} satisfies Record<string, Source[2]>;

/** Fields that constrain the format of an answer; a request may have one of them. */
export const constraintFields = Object.keys(grammarOfField);

/** The grammar for the fields of a request; undefined without a constraint. @throws RequestError naming the wrong field */
export function answerGrammar(fields: Fields): string | undefined {
  return onlyOne(
    Object.entries(grammarOfField).map(([name, grammarOf]) => [name, fields[name], grammarOf]),
  );
}
