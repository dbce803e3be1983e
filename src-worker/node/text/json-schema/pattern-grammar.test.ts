import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grammarMatcher } from '../../../../test/support/gateway/gateway-grammar.ts';
import { jsonSchemaGrammar } from './grammar.ts';

function matcherOf(pattern: string, more: object = {}) {
  return grammarMatcher(jsonSchemaGrammar({ type: 'string', pattern, ...more }));
}

/** Regular expressions of all supported syntax, over few characters, so that texts match often. */
const sources = fc.letrec<{ atom: string; item: string; sequence: string; choice: string }>(
  (tie) => ({
    atom: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(
        'a',
        'b',
        '-',
        '"',
        '\\\\',
        '\\.',
        '.',
        '\\d',
        '\\w',
        '\\S',
        '[ab]',
        '[^a]',
        '[a-c1]',
      ),
      tie('choice').map((choice) => `(?:${choice})`),
      tie('choice').map((choice) => `(${choice})`),
    ),
    item: fc
      .tuple(tie('atom'), fc.constantFrom('', '', '', '?', '{2}', '{1,2}', '+?'))
      .map(([atom, sign]) => atom + sign),
    sequence: fc.array(tie('item'), { minLength: 1, maxLength: 3 }).map((items) => items.join('')),
    choice: fc.array(tie('sequence'), { minLength: 1, maxLength: 2 }).map((all) => all.join('|')),
  }),
).choice;

const texts = fc.array(fc.constantFrom('a', 'b', 'c', '1', '-', '.', '"', '\\', 'é'), {
  maxLength: 4,
});

describe('the grammar of a pattern', () => {
  it('allows exactly the texts that the regular expression matches', async () => {
    await fc.assert(
      fc.asyncProperty(
        sources,
        fc.constantFrom('', '^'),
        fc.constantFrom('', '$'),
        fc.array(texts, { minLength: 20, maxLength: 20 }),
        async (source, start, end, samples) => {
          const pattern = `${start}(?:${source})${end}`;
          // Refused, see below.
          fc.pre(!/[)?}][+*]/.test(source));
          const matches = await matcherOf(pattern);
          for (const text of samples.map((characters) => characters.join(''))) {
            expect([pattern, text, matches(JSON.stringify(text))]).toEqual([
              pattern,
              text,
              new RegExp(pattern, 'u').test(text),
            ]);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('counts lengths beside it where one part is free', async () => {
    const bound = fc.integer({ min: 0, max: 6 });
    const pattern = fc.constantFrom(
      '^a*$',
      '^ab+$',
      '^x[ab]{0,4}y?',
      '^(?:ab)+$',
      '^(?:a|bbb)$',
      'a$',
    );
    await fc.assert(
      fc.asyncProperty(pattern, bound, bound, async (source, one, other) => {
        const [minLength, maxLength] = [Math.min(one, other), Math.max(one, other)];
        let matches: (text: string) => boolean;
        try {
          matches = await matcherOf(source, { minLength, maxLength });
        } catch (error) {
          expect(String(error)).toMatch(/no text of the lengths|only be counted where one part/);
          return;
        }
        for (const text of ['', 'a', 'ab', 'abb', 'abab', 'ababab', 'bbb', 'aaaa', 'xab', 'ba']) {
          const isIn = text.length >= minLength && text.length <= maxLength;
          expect([text, matches(JSON.stringify(text))]).toEqual([
            text,
            isIn && new RegExp(source, 'u').test(text),
          ]);
        }
      }),
    );
  });

  it('is that of the format where the pattern beside it looks ahead', async () => {
    const matches = await matcherOf('^(?=.{1,253}$)[a-z.]+$', { format: 'hostname' });
    expect([matches('"a.example"'), matches('"a..b"')]).toEqual([true, false]);
  });

  it('ignores a format beside a pattern that can be a grammar', async () => {
    const matches = await matcherOf('^[0-9]{4}$', { format: 'year' });
    expect([matches('"2024"'), matches('"24"')]).toEqual([true, false]);
  });

  it.each([
    ['(?!a)b', 'it looks ahead or back'],
    ['(?<=a)b', 'it looks ahead or back'],
    ['(a)\\1', 'the escape "\\1"'],
    ['\\bword\\b', 'the escape "\\b"'],
    ['\\p{L}', 'the escape "\\p"'],
    ['a(^b)', 'can only stand at the ends'],
    ['(?:a*)*', 'may be empty'],
    ['[a', 'not closed'],
    ['(a', 'not closed'],
    ['a)', 'closes nothing'],
    ['*', 'repeats nothing'],
    ['^*', 'repeats "^"'],
    ['a{3,2}', '{3,2} times'],
    ['a{99999}', '{99999} times'],
    ['[z-a]', 'no order'],
    ['^\\x00$', 'control character'],
    ['('.repeat(40), 'too deep'],
    ['a'.repeat(5000), '1000 characters'],
  ])('is none for %s, and says why', (pattern, reason) => {
    expect(() => jsonSchemaGrammar({ type: 'string', pattern })).toThrow(
      expect.objectContaining({
        code: 'request-invalid',
        message: expect.stringMatching(/at #: the "pattern" ".*" is not supported: /),
      }),
    );
    expect(() => jsonSchemaGrammar({ type: 'string', pattern })).toThrow(reason);
  });

  it('names the format that a length does not go with', () => {
    const schema = { type: 'string', format: 'email', maxLength: 20 };
    expect(() => jsonSchemaGrammar(schema)).toThrow('the format "email" with a length');
  });

  it('is refused when it is too large', () => {
    const pattern = '\\W'.repeat(490);
    const prefixItems = Array.from({ length: 20 }, () => ({ type: 'string', pattern }));
    expect(() => jsonSchemaGrammar({ type: 'array', prefixItems })).toThrow('too large');
  });
});
