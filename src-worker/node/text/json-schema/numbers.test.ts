import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grammarMatcher } from '../../../../test/support/gateway/gateway-grammar.ts';
import { parseGrammar } from '../../../engine/sampling/grammar/grammar-rules.ts';
import { jsonSchemaGrammar } from './grammar.ts';

async function matcherOf(schema: object): Promise<(text: string) => boolean> {
  const grammar = jsonSchemaGrammar(schema);
  expect(() => parseGrammar(grammar)).not.toThrow();
  return grammarMatcher(grammar);
}

describe('the grammar of a number', () => {
  it('allows exactly the whole numbers within bounds', async () => {
    const bound = fc.oneof(
      fc.integer({ min: -150, max: 150 }),
      fc.integer({ min: -1e6, max: 1e6 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.option(bound),
        fc.option(bound),
        fc.boolean(),
        async (one, other, isOpen) => {
          const [least, most] =
            one !== null && other !== null && one > other ? [other, one] : [one, other];
          fc.pre(!isOpen || least === null || most === null || most - least > 1);
          const schema = {
            type: 'integer',
            ...(least === null ? {} : { [isOpen ? 'exclusiveMinimum' : 'minimum']: least }),
            ...(most === null ? {} : { [isOpen ? 'exclusiveMaximum' : 'maximum']: most }),
          };
          const open = isOpen ? 1 : 0;
          const matches = await grammarMatcher(jsonSchemaGrammar(schema));
          const near = [least, most].flatMap((value) =>
            value === null ? [] : [-11, -10, -1, 0, 1, 9, 10, 100].map((step) => value + step),
          );
          for (const value of [...near, 0, -1, 7, 10, 99, 1000, -12_345]) {
            const isWithin =
              value >= (least ?? -Infinity) + open && value <= (most ?? Infinity) - open;
            expect([value, matches(String(value))]).toEqual([value, isWithin]);
          }
          expect(matches('-0')).toBe(false);
          expect(matches('007')).toBe(false);
          expect(matches('1.5')).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('allows exactly the numbers within bounds', async () => {
    const bound = fc.integer({ min: -12, max: 12 });
    await fc.assert(
      fc.asyncProperty(
        bound,
        bound,
        fc.boolean(),
        fc.boolean(),
        async (one, other, isLeastOpen, isMostOpen) => {
          const [least, most] = [Math.min(one, other), Math.max(one, other)];
          fc.pre(least < most);
          const schema = {
            type: 'number',
            [isLeastOpen ? 'exclusiveMinimum' : 'minimum']: least,
            [isMostOpen ? 'exclusiveMaximum' : 'maximum']: most,
          };
          const matches = await grammarMatcher(jsonSchemaGrammar(schema));
          for (let value = -13; value <= 13; value += 0.25) {
            const isWithin =
              (isLeastOpen ? value > least : value >= least) &&
              (isMostOpen ? value < most : value <= most);
            expect([value, matches(String(value))]).toEqual([value, isWithin]);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('the grammar of multiples', () => {
  it('allows exactly those of a whole number within bounds', async () => {
    const step = fc.oneof(fc.integer({ min: 1, max: 32 }), fc.constantFrom(10, 60, 100, 250, 1000));
    const bound = fc.option(fc.integer({ min: -300, max: 300 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(
        step,
        bound,
        bound,
        async (multipleOf, one = -Infinity, other = Infinity) => {
          const [minimum, maximum] = [Math.min(one, other), Math.max(one, other)];
          // A schema with a bound other than 0 on one side only is refused, see below.
          fc.pre(Number.isFinite(minimum) === Number.isFinite(maximum));
          const isBounded = Number.isFinite(minimum);
          const first = Math.ceil(minimum / multipleOf) * multipleOf;
          fc.pre(!isBounded || first <= maximum);
          const schema = {
            type: 'integer',
            multipleOf,
            ...(isBounded ? { minimum, maximum } : {}),
          };
          const matches = await matcherOf(schema);
          for (let value = -310; value <= 310; value += 1) {
            const isOne = value % multipleOf === 0 && value >= minimum && value <= maximum;
            expect([multipleOf, value, matches(String(value))]).toEqual([multipleOf, value, isOne]);
          }
          expect([matches('-0'), matches('00'), matches('0.5')]).toEqual([false, false, false]);
        },
      ),
      { numRuns: 100 },
    );
  });

  it.each([
    [{ type: 'integer', multipleOf: 7, minimum: 0 }, ['0', '7', '700000007'], ['-7', '8', '1']],
    [{ type: 'integer', multipleOf: 7, exclusiveMinimum: 0 }, ['7'], ['0', '-7']],
    [{ type: 'integer', multipleOf: 1000 }, ['0', '-5000', '123000'], ['1', '500', '000']],
    [{ type: 'integer', multipleOf: 0.5, maximum: 1 }, ['1', '-3'], ['0.5', '2']],
    [{ type: 'number', multipleOf: 0.001 }, ['1.234', '-0.5', '7'], ['1.2345', '1.']],
    [{ type: 'number', multipleOf: 0.2, minimum: 1 }, ['1', '1.2', '3.8'], ['0.8', '1.3', '1.25']],
    [{ type: 'number', multipleOf: 0.3, minimum: 0, maximum: 0 }, [], []],
  ])('allows them also beyond: %o', async (schema, allowed, refused) => {
    if (allowed.length === 0) {
      expect(() => jsonSchemaGrammar(schema)).toThrow('"multipleOf" 0.3 is not supported');
      return;
    }
    const matches = await matcherOf(schema);
    expect(allowed.filter((text) => !matches(text))).toEqual([]);
    expect(refused.filter(matches)).toEqual([]);
  });

  it.each([
    [{ type: 'integer', multipleOf: 7, minimum: 3_000_000 }, '"multipleOf" 7 within these bounds'],
    [{ type: 'integer', multipleOf: 37 }, '"multipleOf" 37 within these bounds'],
    [{ type: 'integer', multipleOf: 0.3 }, '"multipleOf" 0.3 of whole numbers'],
    [{ type: 'number', multipleOf: 0 }, '"multipleOf"'],
    [{ type: 'integer', multipleOf: 7, minimum: 1, maximum: 6 }, 'no number is within'],
  ])('is none for %o, in words', (schema, complaint) => {
    expect(() => jsonSchemaGrammar(schema)).toThrow(complaint);
  });
});

describe('the grammar of a number with a format', () => {
  it.each([
    ['int32', ['2147483647', '-2147483648', '0'], ['2147483648', '-2147483649', '1.5']],
    ['uint8', ['0', '255'], ['-1', '256']],
    ['int64', ['123456789012345', '-1'], ['1.5']],
    ['uint64', ['0', '123456789012345'], ['-1']],
  ])(
    'keeps to the bounds of %s, also where the type is "number"',
    async (format, allowed, refused) => {
      for (const type of ['integer', 'number']) {
        const matches = await matcherOf({ type, format });
        expect(allowed.filter((text) => !matches(text))).toEqual([]);
        expect(refused.filter(matches)).toEqual([]);
      }
    },
  );

  it('narrows own bounds, and takes those beyond every number for none', async () => {
    const narrow = await matcherOf({
      type: 'integer',
      format: 'int8',
      minimum: 100,
      maximum: 1000,
    });
    expect([narrow('100'), narrow('127'), narrow('128')]).toEqual([true, true, false]);
    const wide = await matcherOf({
      type: 'integer',
      minimum: -(2 ** 53) + 1,
      maximum: 2 ** 53 - 1,
    });
    expect([wide('-5'), wide('999999999999999')]).toEqual([true, true]);
    const rounded = await matcherOf({ type: 'integer', minimum: 0.5, exclusiveMaximum: 2.5 });
    expect([rounded('0'), rounded('1'), rounded('2'), rounded('3')]).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('is any number with "double", and leaves formats of strings to strings', async () => {
    expect((await matcherOf({ type: 'number', format: 'double' }))('1.5e3')).toBe(true);
    const matches = await matcherOf({ type: ['string', 'integer'], format: 'date' });
    expect([matches('5'), matches('"2024-01-01"'), matches('"x"')]).toEqual([true, true, false]);
  });

  it('is none for an unknown format', () => {
    expect(() => jsonSchemaGrammar({ type: 'integer', format: 'int128' })).toThrow(
      'the format "int128" is not supported (int8, int16',
    );
  });
});
