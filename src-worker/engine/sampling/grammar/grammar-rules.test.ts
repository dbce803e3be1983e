import { describe, expect, it } from 'vitest';
import { parseGrammar } from './grammar-rules.ts';

describe('parseGrammar', () => {
  it('reads rules, alternatives, literals, classes and references', () => {
    const { rules, root } = parseGrammar(
      String.raw`item ::= [a-z0-9_] | [^"\\\n-] # what an item is
root ::= "\x41é\U0001F600" item .`,
    );
    expect(root).toBe(1);
    expect(rules).toEqual([
      {
        name: 'item',
        alternatives: [
          [
            {
              ranges: [
                [97, 122],
                [48, 57],
                [95, 95],
              ],
              negated: false,
            },
          ],
          [
            {
              ranges: [
                [34, 34],
                [92, 92],
                [10, 10],
                [45, 45],
              ],
              negated: true,
            },
          ],
        ],
      },
      {
        name: 'root',
        alternatives: [
          [
            { ranges: [[0x41, 0x41]], negated: false },
            { ranges: [[0xe9, 0xe9]], negated: false },
            { ranges: [[0x1_f600, 0x1_f600]], negated: false },
            0,
            { ranges: [], negated: true },
          ],
        ],
      },
    ]);
  });

  it('continues rules on new lines inside groups and after operators', () => {
    const { rules } = parseGrammar('root ::=\n  "a" |\n  ( "b"\n    | "c" )\r\nother ::= "d"\n\n');
    expect(rules.map(({ name }) => name)).toEqual(['root', 'a group or repetition', 'other']);
    expect(rules[0]?.alternatives).toHaveLength(2);
  });

  it.each(
    [
      ['root ::= x', '"x" is not defined'],
      ['start ::= "a"', 'no rule "root"'],
      ['', 'no rule "root"'],
      ['root', '"::=" is expected'],
      ['root ::= []', 'at least one character'],
      ['root ::= [^]', 'at least one character'],
      ['root ::= +', 'something to repeat'],
      ['root ::= "a" )', 'a newline or the end'],
      ['root ::= ("a"', '")" is expected'],
      ['root ::= "a"\n  | "b"', 'In line 2, a rule name'],
      ['root ::= "a"{4,2}', 'repetition'],
      ['root ::= "a"{5000}', 'repetition'],
      ['root ::= "abc', 'more text'],
      ['root ::= [abc', 'more text'],
      [String.raw`root ::= "\q"`, 'a known escape'],
      [String.raw`root ::= "\x4"`, 'a known escape'],
      ['root ::= <think>', 'Tokens'],
      [`root ::= ${'('.repeat(65)}"a"${')'.repeat(65)}`, 'nested'],
      [`root ::= ${'"aaaaaaaaaa"{2000} '.repeat(6)}`, 'elements'],
      [`root ::= ${'(("a"{99}){99}){99} '.repeat(400)}`, 'elements'],
      ['x'.repeat(300_000), 'characters'],
    ].map(([grammar = '', problem = '']) => ({ grammar, problem })),
  )('refuses with the reason: $problem', ({ grammar, problem }) => {
    expect(() => parseGrammar(grammar)).toThrow(
      expect.objectContaining({
        code: 'request-invalid',
        message: expect.stringContaining(problem),
      }),
    );
  });
});
