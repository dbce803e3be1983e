import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerText } from './answer-text.ts';
import { TokenPieces } from './detokenizer.ts';

/** Tokens are bytes; 256 is a control token; 257 is a token of several characters. */
const control = 256;
const word = 257;
const pieces = new TokenPieces({
  pieces: [
    ...Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)),
    '<|x|>',
    'stop it',
  ],
  control: [control],
});

const detail = { logprob: -1, top: [{ token: word, logprob: -1 }] };

function show(tokens: readonly number[], stops: readonly string[]) {
  const answer = new AnswerText(pieces, stops);
  const parts = [...tokens.map((token) => answer.push(token, detail)), answer.end()];
  return {
    texts: parts.flatMap((part) => (part === undefined ? [] : [part.text])),
    details: parts.flatMap((part) => part?.details ?? []).map(({ piece }) => piece),
    tokens: parts.reduce((sum, part) => sum + (part?.tokens ?? 0), 0),
    stopped: answer.stopped,
  };
}

const bytes = (text: string): number[] => [...Buffer.from(text)];

describe('the text of an answer', () => {
  it('is shown with the details of its tokens', () => {
    expect(show([...bytes('Hé'), control, word], [])).toEqual({
      texts: ['H', '', 'é', '', 'stop it'],
      details: ['H', '\u00c3', '\u00a9', '<|x|>', 'stop it'],
      tokens: 5,
      stopped: false,
    });
  });

  it('ends before a stop text, with the details of what is shown', () => {
    expect(show([...bytes('ab\n'), ...bytes('\nc')], ['\n\n'])).toEqual({
      texts: ['a', 'b'],
      details: ['a', 'b'],
      tokens: 2,
      stopped: true,
    });
  });

  it('has the details of a token that the stop text cut in two', () => {
    const { texts, details } = show([...bytes('a'), word, ...bytes('b')], ['p i']);
    expect([texts.join(''), details]).toEqual(['asto', ['a', 'stop it']]);
  });

  it('shows what was delayed when no stop text came', () => {
    expect(show(bytes('a\n'), ['\n\n']).texts).toEqual(['a', '\n']);
  });

  it('ends before a character that the end of the answer cut off', () => {
    for (let cut = 1; cut < 4; cut += 1) {
      const { texts, tokens } = show(bytes('Hi 🙂').slice(0, 3 + cut), ['\n']);
      expect([texts.join(''), tokens]).toEqual(['Hi ', 3 + cut]);
    }
  });

  it('gives every token once, in order, whatever the stop texts', () => {
    const tokens = fc.array(fc.constantFrom(97, 98, 99, control, word), { maxLength: 20 });
    const stops = fc.array(fc.constantFrom('zz', 'abz', 'stop itz', 'bcz'), { maxLength: 2 });
    fc.assert(
      fc.property(tokens, stops, (given, stopTexts) => {
        const shown = show(given, stopTexts);
        expect(shown.details).toEqual(given.map((token) => pieces.pieceOf(token)));
        expect(shown.tokens).toBe(given.length);
      }),
    );
  });
});
