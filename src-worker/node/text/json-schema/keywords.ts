/**
 * The JSON Schema keywords that the grammar supports. Any other keyword is refused by name: ignoring one would allow
 * answers that the schema forbids.
 */
import { z } from 'zod';
import { AppError } from '../../../../src-shared/errors.ts';

/** Longest string and array that a schema may ask for. */
const largestCount = 20_000;

const count = z.int().min(0).max(largestCount);
const schema = z.unknown();
const schemas = z.array(schema).min(1).max(1000);
const bound = z.number();
const annotation = z.unknown();

const typeSchema = z.enum(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']);
export type JsonType = z.infer<typeof typeSchema>;

const keywordsSchema = z
  .strictObject({
    type: z.union([typeSchema, z.array(typeSchema).min(1)]),
    enum: z.array(z.unknown()).min(1).max(5000),
    const: z.unknown(),
    anyOf: schemas,
    oneOf: schemas,
    /** One schema only: several would have to be merged. */
    allOf: z.array(schema).length(1),
    $ref: z.string(),
    properties: z.record(z.string(), schema),
    required: z.array(z.string()),
    additionalProperties: schema,
    propertyNames: schema,
    minProperties: count,
    maxProperties: count,
    items: schema,
    /** The schema of the items after those of `items`, where that is a list, as in draft 7. */
    additionalItems: schema,
    prefixItems: schemas,
    minItems: count,
    maxItems: count,
    uniqueItems: z.literal(false),
    minLength: count,
    maxLength: count,
    format: z.string(),
    pattern: z.string(),
    minimum: bound,
    maximum: bound,
    exclusiveMinimum: bound,
    exclusiveMaximum: bound,
    multipleOf: z.number().positive(),
    // The keywords below do not change which values are valid.
    $schema: annotation,
    $id: annotation,
    $comment: annotation,
    $defs: annotation,
    definitions: annotation,
    title: annotation,
    description: annotation,
    default: annotation,
    examples: annotation,
    deprecated: annotation,
    readOnly: annotation,
    writeOnly: annotation,
    contentEncoding: annotation,
    contentMediaType: annotation,
    contentSchema: annotation,
  })
  .partial();
export type Keywords = z.infer<typeof keywordsSchema>;

/** Adds a rule for the schema `value` at `path`, and returns the rule's name. */
export type Convert = (value: unknown, path: string) => string;

/** Keywords beside which only annotations are supported. */
export const exclusiveKeywords = ['anyOf', 'oneOf', 'allOf', '$ref'] as const;

const annotations = new Set(
  '$schema $id $comment $defs definitions title description default examples deprecated readOnly writeOnly contentEncoding contentMediaType contentSchema'.split(
    ' ',
  ),
);

/** The keywords of a schema that decide which values are valid. */
export function constrainingKeywords(keywords: Keywords): string[] {
  return Object.keys(keywords).filter((keyword) => !annotations.has(keyword));
}

/** Reads the schema at `path`, e.g. "#/properties/name". @throws AppError `request-invalid` */
export function readKeywords(value: unknown, path: string): Keywords {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(path, 'a schema must be an object or true');
  }
  const own = Object.entries(value).filter(([keyword]) => !keyword.startsWith('x-'));
  const result = keywordsSchema.safeParse(Object.fromEntries(own));
  if (result.success) {
    return result.data;
  }
  const issue = result.error.issues[0];
  if (issue?.code === 'unrecognized_keys') {
    throw invalid(path, `the keyword "${issue.keys[0]}" is not supported`);
  }
  throw invalid(path, `"${issue?.path.join('.')}" is not supported this way: ${issue?.message}`);
}

export function invalid(path: string, complaint: string): AppError {
  return new AppError('request-invalid', `JSON schema, at ${path.slice(0, 300)}: ${complaint}.`);
}
