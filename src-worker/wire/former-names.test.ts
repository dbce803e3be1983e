import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { underEitherName, underFormerNames, withFormerNames } from './former-names.ts';

const names = { cells: 'maxTokens', stores: 'held' };
const schema = z.object({ cells: z.int(), other: z.string().optional() });
const either = underEitherName(schema, names);

describe('a message', () => {
  it.each([
    ['today’s name', { cells: 3, other: 'x' }, { cells: 3, other: 'x' }],
    ['the former name', { maxTokens: 3 }, { cells: 3 }],
    ['both, of which today’s name counts', { maxTokens: 4, cells: 3 }, { cells: 3 }],
  ])('is read under %s', (_title, message, expected) => {
    expect(either.parse(message)).toEqual(expected);
  });

  it.each([[null], [[[{ maxTokens: 3 }]]], ['maxTokens'], [{}], [{ maxTokens: 'three' }]])(
    'that is not valid is refused under either: %j',
    (message) => {
      expect(either.safeParse(message).success).toBe(false);
    },
  );

  it('is sent under both names, or under the former ones only', () => {
    expect(withFormerNames({ cells: 3, other: 'x' }, names)).toEqual({
      cells: 3,
      maxTokens: 3,
      other: 'x',
    });
    expect(underFormerNames({ stores: [1], other: 'x' }, names)).toEqual({ held: [1], other: 'x' });
    expect(underFormerNames({ other: 'x' }, names)).toEqual({ other: 'x' });
  });

  it('cannot change the properties that all objects inherit', () => {
    const parsed = either.parse(JSON.parse('{"maxTokens":1,"__proto__":{"other":"y"}}'));
    expect(parsed).toEqual({ cells: 1 });
  });
});
