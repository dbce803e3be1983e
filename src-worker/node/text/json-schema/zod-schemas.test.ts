/** Tests the schemas that zod writes, which clients of OpenAI's and Vercel's libraries send. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { grammarMatcher } from '../../../../test/support/gateway/gateway-grammar.ts';
import { parseGrammar } from '../../../engine/sampling/grammar/grammar-rules.ts';
import { jsonSchemaGrammar } from './grammar.ts';

type Case = readonly [name: string, type: z.ZodType, valid: unknown[], invalid: unknown[]];

const id21 = 'abcdefghijklmnopqrstu';

const cases: readonly Case[] = [
  ['email', z.email(), ['a.b+c@mail.example.org'], ['a@b', 'a b@c.org', '@b.org']],
  ['uuid', z.uuid(), ['123e4567-e89b-12d3-a456-426614174000'], ['123e4567', 'x'.repeat(36)]],
  ['guid', z.guid(), ['123e4567-e89b-f2d3-0456-426614174000'], ['123e4567']],
  ['datetime', z.iso.datetime(), ['2024-02-29T12:00:00Z'], ['2023-02-29T12:00:00Z', '2024-02-29']],
  [
    'datetime with an offset',
    z.iso.datetime({ offset: true }),
    ['2024-02-29T12:00:00.5+02:00'],
    ['2024-02-29T12:00:00+2'],
  ],
  ['date', z.iso.date(), ['2024-02-29', '1999-12-31'], ['2023-02-29', '2023-13-01']],
  ['time', z.iso.time(), ['23:59:59', '00:00'], ['24:00:00', '12']],
  ['duration', z.iso.duration(), ['P3D', 'PT1H30M', 'P2W'], ['P', '3D']],
  ['ipv4', z.ipv4(), ['192.168.0.255'], ['256.1.1.1', '1.1.1']],
  ['ipv6', z.ipv6(), ['2001:db8:0:0:0:0:0:1', '::1', 'fe80::1:2'], ['2001:db8:0:0:0:0:0', ':']],
  ['cidrv4', z.cidrv4(), ['10.0.0.0/8'], ['10.0.0.0', '10.0.0.0/33']],
  ['mac', z.mac(), ['00:1A:2B:3C:4D:5E'], ['00:1A:2B:3C:4D']],
  ['e164', z.e164(), ['+491234567'], ['491234567', '+0123456789']],
  ['cuid', z.cuid(), ['cabcdef1'], ['xabcdef1', 'cab']],
  ['cuid2', z.cuid2(), ['abc123'], ['ABC', '']],
  ['nanoid', z.nanoid(), [id21], [id21.slice(1), `${id21}v`]],
  ['ulid', z.ulid(), ['01ARZ3NDEKTSV4RRFFQ69G5FAV'], ['81ARZ3NDEKTSV4RRFFQ69G5FAV']],
  ['base64', z.base64(), ['', 'TWFu', 'TWE='], ['TWF', 'T===']],
  ['base64url', z.base64url(), ['', 'TWFu'], ['TWF=']],
  ['hex', z.hex(), ['', '09afAF'], ['g']],
  ['a URL', z.url(), ['https://example.org/a?b=c'], ['example.org']],
  [
    'a regular expression',
    z.string().regex(/^[A-Z]{3}-\d+$/),
    ['ABC-12'],
    ['AB-12', 'ABC-', 'ABC-1x'],
  ],
  [
    'one with a length',
    z
      .string()
      .min(3)
      .max(5)
      .regex(/^[a-z]+$/),
    ['abc', 'abcde'],
    ['ab', 'abcdef', 'abC'],
  ],
  ['one that may match anywhere', z.string().regex(/a+b/), ['ab', 'xaaby\n"\\'], ['ba', '']],
  ['a beginning', z.string().startsWith('a."b'), ['a."b', 'a."b and more'], ['a.b', ' a."b']],
  ['an end', z.string().endsWith('.ts'), ['.ts', 'a.ts'], ['a.tsx']],
  ['a part', z.string().includes('x'), ['x', 'axb'], ['', 'ab']],
  ['no capitals', z.string().lowercase(), ['', 'a1 é'], ['A']],
  [
    'a template',
    z.templateLiteral(['v', z.number(), '.', z.enum(['x', 'y'])]),
    ['v1.x', 'v-2.5.y'],
    ['v.x', 'v1.z'],
  ],
  ['an email with a length', z.email().max(255), ['a@example.org'], ['a@b']],
  ['a map', z.record(z.string(), z.number()), [{}, { a: 1, b: 2 }], [{ a: 'x' }]],
  [
    'a map with every one of some names',
    z.record(z.enum(['a', 'b']), z.number()),
    [{ a: 1, b: 2 }],
    [{ a: 1 }, { a: 1, b: 2, c: 3 }],
  ],
  [
    'a map with some names',
    z.partialRecord(z.enum(['a', 'b']), z.number()),
    [{}, { b: 2 }],
    [{ c: 3 }],
  ],
  [
    'a map with names of a kind',
    z.record(z.string().regex(/^k\d$/), z.number()),
    [{}, { k1: 1 }],
    [{ k: 1 }, { x1: 1 }],
  ],
  ['a tuple', z.tuple([z.string(), z.number()]), [['a', 1]], [['a'], [1, 'a'], ['a', 1, 2]]],
  [
    'a tuple with more',
    z.tuple([z.string()]).rest(z.number()),
    [['a'], ['a', 1, 2]],
    [[], ['a', 'b']],
  ],
  ['a multiple', z.number().multipleOf(5), [0, 5, -10, 1235], [1, 12, 2.5]],
  ['a step within bounds', z.int().min(0).max(100).multipleOf(15), [0, 15, 90], [5, -15, 105]],
  ['hundredths', z.number().multipleOf(0.01), [0, 1, 2.5, -3.25], [0.001]],
  [
    'quarters within bounds',
    z.number().min(0).max(2).multipleOf(0.25),
    [0, 0.75, 1.5, 2],
    [0.3, 2.25, -0.25],
  ],
  ['int', z.int(), [0, -5, 123_456_789], [1.5]],
  ['int32', z.int32(), [0, 2_147_483_647, -2_147_483_648], [2_147_483_648, 176_726_772_777_572]],
  ['uint32', z.uint32(), [0, 4_294_967_295], [-1, 4_294_967_296]],
  ['float32', z.float32(), [0, -1.5], ['x']],
];

describe.each(['draft-2020-12', 'draft-7'] as const)('a schema of zod in %s', (target) => {
  it.each(cases)('holds an answer to %s', async (_, type, valid, invalid) => {
    // The tables above must agree with zod itself.
    expect(valid.filter((value) => !type.safeParse(value).success)).toEqual([]);
    expect(invalid.filter((value) => type.safeParse(value).success)).toEqual([]);

    const grammar = jsonSchemaGrammar(z.toJSONSchema(type, { target }));
    expect(() => parseGrammar(grammar)).not.toThrow();
    const matches = await grammarMatcher(grammar);
    const allows = (value: unknown): boolean => matches(JSON.stringify(value));
    expect(valid.filter((value) => !allows(value))).toEqual([]);
    expect(invalid.filter(allows)).toEqual([]);
  });
});
