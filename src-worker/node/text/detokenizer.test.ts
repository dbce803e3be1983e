import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Detokenizer, TokenPieces } from './detokenizer.ts';

/** One token per byte, and one control token after them. */
const endOfTurn = 256;
const bytePieces = new TokenPieces({
  pieces: [...Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)), '<|end|>'],
  control: [endOfTurn],
});

describe('the detokenizer', () => {
  it('turns any text back from its bytes, one at a time, and returns whole characters only', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const detokenizer = new Detokenizer(bytePieces);
        const parts = [...Buffer.from(text, 'utf8')].map((byte) => detokenizer.push(byte));
        expect(parts.join('')).toBe(text);
        expect(parts.some((part) => /[\uD800-\uDBFF]$/.test(part))).toBe(false);
      }),
    );
  });

  it('never shows control tokens nor ids beyond the vocabulary', () => {
    const detokenizer = new Detokenizer(bytePieces);
    const shown = [72, endOfTurn, 105, 9_999].map((token) => detokenizer.push(token));
    expect(shown).toEqual(['H', '', 'i', '']);
  });

  it('shows broken UTF-8 as the replacement character, but no character that is still unfinished', () => {
    const detokenizer = new Detokenizer(bytePieces);
    expect(detokenizer.push(0xff)).toBe('\uFFFD');
    expect(detokenizer.push(0xe2)).toBe('');
    expect(detokenizer.push(0x82)).toBe('');
  });

  it('keeps a byte-order mark', () => {
    const detokenizer = new Detokenizer(bytePieces);
    expect([0xef, 0xbb, 0xbf].map((byte) => detokenizer.push(byte)).join('')).toBe('\uFEFF');
  });
});
