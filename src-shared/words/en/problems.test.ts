import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { problemWords } from './problems.ts';

const schema = z
  .object({
    minutes: z.int().min(0).max(10),
    name: z.string().min(1),
    names: z.array(z.string()).max(2),
    mode: z.enum(['pause', 'work']),
    even: z.int().refine((value) => value % 2 === 0, 'only even numbers'),
    address: z.string().regex(/^a/),
  })
  .partial()
  .strict();

describe('what is wrong with a value', () => {
  it.each<[unknown, string]>([
    [{ minutes: -1 }, 'minutes must be at least 0'],
    [{ minutes: 11 }, 'minutes must be at most 10'],
    [{ minutes: 'soon' }, 'minutes must be a number'],
    [{ minutes: 1.5 }, 'minutes must be a whole number'],
    [{ name: '' }, 'name must not be empty'],
    [{ names: ['a', 2] }, 'names[1] must be a text'],
    [{ names: ['a', 'b', 'c'] }, 'names must be at most 2 entries long'],
    [{ mode: 'off' }, 'mode must be "pause" or "work"'],
    [{ address: 'b' }, 'address is not valid'],
    [{ even: 3 }, 'even is not valid: only even numbers'],
    [{ minuts: 1 }, 'it has no field "minuts"'],
    [3, 'it must be an object'],
  ])('is said of %j in plain words', (value, words) => {
    const { error } = schema.safeParse(value);
    expect(error && problemWords(error)).toBe(words);
  });
});
