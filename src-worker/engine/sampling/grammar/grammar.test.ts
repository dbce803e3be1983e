import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src-shared/errors.ts';
import { type GrammarPlace, type Texts, TokenGrammar } from './grammar.ts';

/** A vocabulary of the 256 bytes and some longer tokens; the last one ends the text. */
const longer = ['he', 'hello', 'lo w', '{"', '":', ' '.repeat(16), '\u{1f600}', 'aaa'];
const pieces = [
  ...Array.from({ length: 256 }, (_, byte) => Buffer.of(byte)),
  ...longer.map((text) => Buffer.from(text)),
];
const end = pieces.length + 1;
const control = pieces.length;
const texts: Texts = {
  count: pieces.length + 2,
  isEnd: (token) => token === end,
  bytes: (token) => (token === control ? undefined : pieces[token]),
};

function tokenOf(text: string): number {
  return 256 + longer.indexOf(text);
}

function walk(grammar: TokenGrammar, tokens: Iterable<number>): GrammarPlace | undefined {
  let place: GrammarPlace | undefined = grammar.start;
  for (const token of tokens) {
    place = place === undefined ? undefined : grammar.after(place, token);
  }
  return place;
}

/** Whether a text is complete under a grammar. */
function accepts(grammar: string, text: string): boolean {
  return walk(new TokenGrammar(grammar, texts), [...Buffer.from(text), end]) !== undefined;
}

function verdictOn(text: string): string {
  try {
    const grammar = new TokenGrammar(text, texts);
    walk(grammar, [97, 98, tokenOf('aaa'), 97, 97, 98, end]);
    return 'followed';
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
}

/** Tokens of "a" and "b" without a pattern. */
function randomLetters(count: number): number[] {
  let seed = 12_345;
  return Array.from({ length: count }, () => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff;
    return 97 + ((seed >> 16) & 1);
  });
}

/** Bytes in use after a garbage collection. */
function usedMemory(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

/** llama.cpp's own examples, which node-llama-cpp installs. */
const examples = join(
  dirname(createRequire(import.meta.url).resolve('node-llama-cpp')),
  '../llama/grammars',
);

function example(name: string): string {
  return readFileSync(join(examples, name), 'utf8');
}

describe('a grammar over tokens', () => {
  it.each(readdirSync(examples).filter((name) => name.endsWith('.gbnf')))('reads %s', (name) => {
    expect(() => new TokenGrammar(example(name), texts)).not.toThrow();
  });

  it('accepts JSON and nothing else', () => {
    const json = example('json.gbnf');
    const value = { a: [1, -2.5e-3, true, null, []], 'é\n"': { b: 'x\u{1f600}' } };
    expect(accepts(json, JSON.stringify(value))).toBe(true);
    for (const text of ['{', '{}}', '{"a":}', '{"a":01}', '{a:1}', '{"a":"\n"}', '{"a":1,}']) {
      expect({ text, accepted: accepts(json, text) }).toEqual({ text, accepted: false });
    }
  });

  it('follows deeply nested lists, and lists of any length', () => {
    const json = example('json.gbnf');
    const deep = 300;
    expect(accepts(json, `{"a":${'['.repeat(deep)}${']'.repeat(deep)}}`)).toBe(true);
    expect(accepts(json, `{"a":[${'1,'.repeat(20_000)}1]}`)).toBe(true);
  });

  it('follows tokens of several characters, however the text is split', () => {
    const grammar = new TokenGrammar('root ::= "hello world"', texts);
    const rest = [...Buffer.from('orld')];
    expect(walk(grammar, [tokenOf('hello'), 0x20, 0x77, ...rest, end])).toBeDefined();
    expect(walk(grammar, [tokenOf('he'), 0x6c, tokenOf('lo w'), ...rest, end])).toBeDefined();
    expect(walk(grammar, [tokenOf('hello'), tokenOf('lo w')])).toBeUndefined();
    expect(walk(grammar, [tokenOf('hello'), end])).toBeUndefined();
  });

  it('lets a token end in the middle of an allowed character', () => {
    const grammar = new TokenGrammar('root ::= [é-ü] [^a] "\u{1f600}"?', texts);
    const bytes = [...Buffer.from('ö語\u{1f600}')];
    expect(walk(grammar, [...bytes, end])).toBeDefined();
    expect(walk(grammar, bytes.slice(0, 4))).toBeDefined();
    expect(walk(grammar, [...bytes.slice(0, 4), end])).toBeUndefined();
    // 0xd0 begins Cyrillic letters, none of which is between é and ü.
    expect(walk(grammar, [0xd0])).toBeUndefined();
    expect(walk(grammar, [...bytes.slice(0, 3), 0x41])).toBeUndefined();
  });

  it.each([
    { what: 'a following byte alone', bytes: [0x80] },
    { what: 'a space in two bytes', bytes: [0xc0, 0xa0] },
    { what: 'a slash in three bytes', bytes: [0xe0, 0x80, 0xaf] },
    { what: 'a surrogate', bytes: [0xed, 0xa0, 0x80] },
    { what: 'more than Unicode has', bytes: [0xf4, 0x90, 0x80, 0x80] },
    { what: 'a byte that UTF-8 never uses', bytes: [0xff] },
  ])('refuses bytes that are not UTF-8: $what', ({ bytes }) => {
    const grammar = new TokenGrammar('root ::= [^\\x00]*', texts);
    expect(walk(grammar, bytes)).toBeUndefined();
  });

  it('allows no control tokens, and the end only where the text is complete', () => {
    const grammar = new TokenGrammar('root ::= .*', texts);
    expect(grammar.after(grammar.start, control)).toBeUndefined();
    expect(grammar.after(grammar.start, end)).toBe(grammar.start);
  });

  it('agrees with regular expressions', () => {
    type Expression = { gbnf: string; regex: string };
    const { expression } = fc.letrec<{ expression: Expression; atom: Expression }>((tie) => ({
      expression: fc.array(tie('atom'), { minLength: 1, maxLength: 3 }).map((atoms) => ({
        gbnf: atoms.map(({ gbnf }) => gbnf).join(' '),
        regex: atoms.map(({ regex }) => regex).join(''),
      })),
      atom: fc.oneof(
        { maxDepth: 3 },
        fc
          .constantFrom('a', 'b', 'ab')
          .map((text) => ({ gbnf: `"${text}"`, regex: `(?:${text})` })),
        fc.constantFrom('[ab]', '[^a]', '.').map((text) => ({ gbnf: text, regex: text })),
        fc.tuple(tie('expression'), tie('expression')).map(([one, other]) => ({
          gbnf: `(${one.gbnf} | ${other.gbnf})`,
          regex: `(?:${one.regex}|${other.regex})`,
        })),
        fc
          .tuple(tie('expression'), fc.constantFrom('*', '+', '?', '{2}', '{1,}', '{0,2}'))
          .map(([{ gbnf, regex }, sign]) => ({
            gbnf: `(${gbnf})${sign}`,
            regex: `(?:${regex})${sign}`,
          })),
      ),
    }));
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(expression, fc.array(text, { minLength: 5 }), ({ gbnf, regex }, samples) => {
        const pattern = new RegExp(`^(?:${regex})$`, 's');
        for (const sample of samples) {
          const expected = pattern.test(sample);
          expect({ gbnf, sample, accepted: accepts(`root ::= ${gbnf}`, sample) }).toEqual({
            gbnf,
            sample,
            accepted: expected,
          });
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a grammar from a stranger', () => {
  it.each([
    { what: 'left recursion', grammar: 'root ::= root "a" | "b"' },
    {
      what: 'left recursion after rules that may be empty',
      grammar: 'root ::= a root "z"\na ::= "q"?',
    },
    {
      what: 'a pyramid of alternatives',
      grammar: [
        'root ::= r0',
        ...Array.from({ length: 40 }, (_, at) => `r${at} ::= r${at + 1} "a" | r${at + 1} "b"`),
        'r40 ::= "x"',
      ].join('\n'),
    },
  ])('is refused at once for $what', ({ grammar }) => {
    expect(() => new TokenGrammar(grammar, texts)).toThrow(
      expect.objectContaining({ code: 'request-invalid' }),
    );
  });

  it('may have cycles that match nothing', () => {
    const grammar = new TokenGrammar('root ::= a root | b\na ::= b\nb ::= ""', texts);
    expect(grammar.after(grammar.start, end)).toBeDefined();
    expect(grammar.after(grammar.start, 65)).toBeUndefined();
  });

  it('fails when a text has more and more parses', () => {
    const grammar = new TokenGrammar('root ::= "a" root "b" | "a" root "c" | "a"', texts);
    const tokens = Array.from({ length: 40 }, () => tokenOf('aaa'));
    expect(() => walk(grammar, tokens)).toThrow(/too (ambiguous|complicated)/);
  });

  it('reads a long answer at once where it is unambiguous', () => {
    const grammar = new TokenGrammar(example('json.gbnf'), texts);
    const items = Array.from({ length: 4000 }, (_, id) => ({
      id,
      name: `n${id}`,
      list: [[id], {}],
    }));
    const answer = [...Buffer.from(JSON.stringify({ items }))];
    expect(answer.length).toBeGreaterThan(100_000);
    const place = grammar.afterAll(grammar.start, answer);
    expect(grammar.after(place, end)).toBeDefined();
  });

  it('fails on a long answer when each of its tokens has thousands of parses', () => {
    const grammar = new TokenGrammar('root ::= [ab]* "a" [ab]{1600}', texts);
    const answer = randomLetters(16_000);
    const begin = performance.now();
    expect(() => grammar.afterAll(grammar.start, answer)).toThrow(/too complicated/);
    // It would take half a minute if every token had the limit of one.
    expect(performance.now() - begin).toBeLessThan(5000);
  });

  it('caches a bounded number of bytes', () => {
    const any = '[ab]* "a" [ab]{1600}';
    const grammar = new TokenGrammar(
      `root ::= x | y | z\nx ::= ${any}\ny ::= ${any}\nz ::= ${any}`,
      texts,
    );
    const before = usedMemory();
    let place: GrammarPlace | undefined = grammar.start;
    for (const token of randomLetters(2600)) {
      place = place && grammar.after(place, token);
    }
    expect(place).toBeDefined();
    expect(usedMemory() - before).toBeLessThan(40 * 1024 * 1024);
  });

  it('never takes long for a token, whatever it is', () => {
    const word = fc.constantFrom(
      'a',
      'b',
      'root',
      '"a"',
      '"b"',
      '[a-z]',
      '.',
      '""',
      '(',
      ')',
      '|',
      '*',
      '+',
      '?',
      '{0,9}',
    );
    const body = fc.array(word, { minLength: 1, maxLength: 14 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(body, body, body, (root, a, b) => {
        const start = performance.now();
        expect(verdictOn(`root ::= ${root}\na ::= ${a}\nb ::= ${b}`)).toMatch(
          /^(followed|request-invalid)$/,
        );
        expect(performance.now() - start).toBeLessThan(5000);
      }),
      { numRuns: 400 },
    );
  });
});
