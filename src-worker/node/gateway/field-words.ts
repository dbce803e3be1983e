/** Error messages about the fields of a request: the field's name, its value, and what to do. */
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { RequestError } from './openai-error.ts';
import type { Fields, RefusedField } from './request-fields.ts';

const longestValue = 60;

/** A value for a message: its JSON, cut when it is long. */
export function inWords(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length > longestValue ? `${json.slice(0, longestValue)}…` : json;
}

/**
 * Throws for the first field of `refused` that would change the text. `path` is the prefix of the fields, e.g. "messages[0].".
 * @throws RequestError
 */
export function refuseUnsupported(
  fields: Fields,
  refused: readonly RefusedField[],
  path = '',
): void {
  for (const { name, neutral, reason, unless } of refused) {
    const value = fields[name] ?? undefined;
    const isNeutral = (other: unknown): boolean => isDeepStrictEqual(other, value);
    if (value === undefined || neutral.some(isNeutral) || unless?.holds(fields) === true) {
      continue;
    }
    const ways = [
      ...(neutral.length === 0 ? [] : [`send ${neutral.map(inWords).join(' or ')}`]),
      ...(unless === undefined ? [] : [unless.remedy]),
    ];
    const remedy = ['Leave it out', ...ways].join(', or ');
    throw new RequestError(
      `"${path}${name}" is not supported: ${reason}. ${remedy}; it is ${inWords(value)}.`,
      `${path}${name}`,
    );
  }
}

/**
 * The error for a schema's first complaint about `outer`, whose path is `place` ("" for the body). Messages of the
 * gateway's schemas continue a sentence after the name of the field ("must be …").
 */
export function wrongField(error: z.ZodError, outer: unknown, place = ''): RequestError {
  const issue = error.issues[0];
  const keys = issue?.path ?? [];
  const path = keys.reduce<string>(
    (text, key) =>
      typeof key === 'number'
        ? `${text}[${key}]`
        : `${text}${text === '' ? '' : '.'}${String(key)}`,
    place,
  );
  const value = keys.reduce<unknown>(
    (outer, key) => (outer as Fields | undefined)?.[String(key)],
    outer,
  );
  const is = value === undefined ? 'it is missing' : `it is ${inWords(value)}`;
  return new RequestError(`"${path}" ${complaintOf(issue)}; ${is}.`, path);
}

function complaintOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.message.startsWith('must be') === true) {
    return issue.message;
  }
  if (issue?.code === 'invalid_type') {
    return `must be ${namesOfTypes[issue.expected] ?? issue.expected}`;
  }
  if (issue?.code === 'unrecognized_keys') {
    return `has the field ${inWords(issue.keys[0])}, which is not known`;
  }
  if (issue?.code === 'too_big') {
    return `must be at most ${issue.maximum}${unitOf(issue.origin)}`;
  }
  if (issue?.code === 'too_small') {
    return `must be at least ${issue.minimum}${unitOf(issue.origin)}`;
  }
  return 'is not valid';
}

const namesOfTypes: Partial<Record<string, string>> = {
  boolean: 'true or false',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'an object',
};

function unitOf(origin: string): string {
  return origin === 'string' ? ' characters long' : origin === 'array' ? ' entries long' : '';
}
