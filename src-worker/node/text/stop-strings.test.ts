import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StopStrings } from './stop-strings.ts';

/** The definition, character by character: the first complete stop text ends the answer where it began. */
function cutNaively(text: string, stops: readonly string[]): { shown: string; stopped: boolean } {
  for (let end = 1; end <= text.length; end += 1) {
    const soFar = text.slice(0, end);
    const complete = stops.filter((stop) => soFar.endsWith(stop));
    if (complete.length > 0) {
      return {
        shown: text.slice(0, end - Math.max(...complete.map((s) => s.length))),
        stopped: true,
      };
    }
  }
  return { shown: text, stopped: false };
}

function cutInChunks(chunks: readonly string[], stops: readonly string[]) {
  const matcher = new StopStrings(stops);
  const shown = chunks.map((chunk) => matcher.push(chunk)).join('') + matcher.end();
  return { shown, stopped: matcher.stopped };
}

// Three letters make overlaps and false beginnings frequent.
const fewLetters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 });
const stopTexts = fc.array(
  fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 5 }),
  { maxLength: 4 },
);

describe('stop strings', () => {
  it('cut where the definition does, however the text is chunked', () => {
    fc.assert(
      fc.property(fc.array(fewLetters, { maxLength: 8 }), stopTexts, (chunks, stops) => {
        expect(cutInChunks(chunks, stops)).toEqual(cutNaively(chunks.join(''), stops));
      }),
      { numRuns: 5000 },
    );
  });

  it('hold back only text that could begin a stop text', () => {
    const matcher = new StopStrings(['\n\nUser:']);
    expect(matcher.push('Paris.\n')).toBe('Paris.');
    expect(matcher.push('It is')).toBe('\nIt is');
    expect(matcher.push(' big\n\nUs')).toBe(' big');
    expect(matcher.push('er: next')).toBe('');
    expect(matcher.stopped).toBe(true);
    expect(matcher.push('more')).toBe('');
    expect(matcher.end()).toBe('');
  });

  it('show everything at once when there are none', () => {
    const matcher = new StopStrings([]);
    expect(matcher.push('as it comes')).toBe('as it comes');
    expect(matcher.end()).toBe('');
  });
});
