import { describe, expect, it } from 'vitest';
import { grammarMatcher } from '../../../../test/support/gateway/gateway-grammar.ts';
import { jsonSchemaGrammar } from './grammar.ts';

describe('the grammar of an object whose names are constrained', () => {
  it.each([
    [
      'by a list, beside declared ones',
      {
        properties: { a: { const: 1 } },
        propertyNames: { enum: ['a', 'b'] },
        additionalProperties: { const: 2 },
      },
      ['{}', '{"a":1}', '{"a":1,"b":2}'],
      ['{"a":2}', '{"c":2}'],
    ],
    [
      'by a list, where nothing else may come',
      {
        properties: { a: { const: 1 } },
        propertyNames: { enum: ['a', 'b'] },
        additionalProperties: false,
      },
      ['{}', '{"a":1}'],
      ['{"b":1}'],
    ],
    [
      'by a length',
      { propertyNames: { minLength: 2, maxLength: 3 }, additionalProperties: { type: 'null' } },
      ['{}', '{"ab":null,"abc":null}'],
      ['{"a":null}', '{"abcd":null}'],
    ],
    [
      'to be strings',
      { type: 'object', propertyNames: { type: 'string' } },
      ['{"x":[]}'],
      ['{1:1}'],
    ],
  ])('%s', async (_, schema, allowed, refused) => {
    const matches = await grammarMatcher(jsonSchemaGrammar(schema));
    expect(allowed.filter((text) => !matches(text))).toEqual([]);
    expect(refused.filter(matches)).toEqual([]);
  });

  it.each([
    [{ propertyNames: { type: 'integer' } }, '"type" of names'],
    [{ propertyNames: { anyOf: [{ type: 'string' }] } }, '"anyOf" of names'],
    [
      { properties: { a: {} }, propertyNames: { pattern: '^k' }, additionalProperties: true },
      '"propertyNames" of this kind beside named properties',
    ],
  ])('is refused where it cannot be held: %o', (schema, complaint) => {
    expect(() => jsonSchemaGrammar(schema)).toThrow(complaint);
  });
});

describe('an object schema of absurd size', () => {
  it('is refused at once for twenty thousand required names', () => {
    const required = Array.from({ length: 20_000 }, (_, index) => `k${index}`);
    const times = Array.from({ length: 5 }, () => {
      const before = performance.now();
      expect(() => jsonSchemaGrammar({ type: 'object', required })).toThrow(
        '20000 properties; at most 3000',
      );
      return performance.now() - before;
    });
    // The shortest time counts, since other processes use the same cores.
    expect(Math.min(...times)).toBeLessThan(50);
  });

  it('is refused for a name of four megabytes', () => {
    const properties = { ['x'.repeat(4_000_000)]: true };
    expect(() => jsonSchemaGrammar({ properties, additionalProperties: true })).toThrow(
      'a name of 4000000 characters; at most 1000',
    );
  });

  it('is refused at once for many long names, each of which would do', () => {
    const names = Array.from({ length: 3000 }, (_, index) => `k${index}`.padEnd(999, 'x'));
    const properties = Object.fromEntries(names.map((name) => [name, true]));
    const before = performance.now();
    expect(() => jsonSchemaGrammar({ properties, additionalProperties: true })).toThrow(
      '2997000 characters together; at most 100000',
    );
    // Four seconds and more where each character becomes a rule.
    expect(performance.now() - before).toBeLessThan(1000);
  });
});
