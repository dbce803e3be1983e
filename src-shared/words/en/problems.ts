/** What a schema found wrong with a value, in English: the name of the value, and what it must be. Pure. */
import type { z } from 'zod';
import { missingCase } from '../../errors.ts';

const namesOfTypes: Partial<Record<string, string>> = {
  boolean: 'true or false',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** The first thing that is wrong, without a full stop: "idleMinutes must be at least 0". */
export function problemWords({ issues }: z.ZodError): string {
  const [issue] = issues;
  return issue === undefined ? 'it is not valid' : `${placeOf(issue.path)} ${complaintOf(issue)}`;
}

function placeOf(path: readonly PropertyKey[]): string {
  const place = path.reduce<string>(
    (text, key) =>
      typeof key === 'number'
        ? `${text}[${key}]`
        : `${text}${text === '' ? '' : '.'}${String(key)}`,
    '',
  );
  return place === '' ? 'it' : place;
}

function complaintOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${namesOfTypes[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'unrecognized_keys':
      return `has no field ${JSON.stringify(issue.keys[0])}`;
    case 'too_small':
      return (issue.origin === 'string' || issue.origin === 'array') && issue.minimum === 1
        ? 'must not be empty'
        : `must be at least ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${unitOf(issue.origin)}`;
    case 'custom':
      return `is not valid: ${issue.message}`;
    case 'invalid_format':
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'not_multiple_of':
      return 'is not valid';
    default:
      return missingCase(issue);
  }
}

function unitOf(origin: string): string {
  return origin === 'string' ? ' characters long' : origin === 'array' ? ' entries long' : '';
}
