import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NameFinder } from './name-finder.ts';

/** The expected result, by searching for every name at every place. */
function foundPlainly(names: readonly string[], text: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length;) {
    const here = names.filter((name) => text.startsWith(name, at));
    const longest = here.toSorted((one, other) => other.length - one.length)[0] ?? '';
    if (longest !== '') {
      found.push(`${longest} at ${at}`);
    }
    at += Math.max(1, longest.length);
  }
  return found;
}

function foundIn(names: readonly string[], text: string): string[] {
  const finder = new NameFinder(names.map((name, index) => [name, index]));
  return [...finder.find(text)].map(({ begin, end, value }) => {
    expect(text.slice(begin, end)).toBe(names[value]);
    return `${names[value]} at ${begin}`;
  });
}

describe('the finder of names', () => {
  it('finds what a plain search finds, whatever the names and the text are', () => {
    const snippet = fc.string({ unit: fc.constantFrom('a', 'b', '<', '|'), maxLength: 6 });
    const names = fc.uniqueArray(
      snippet.filter((name) => name !== ''),
      { maxLength: 12 },
    );
    const text = fc.array(snippet, { maxLength: 20 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(names, text, (given, within) => {
        expect(foundIn(given, within)).toEqual(foundPlainly(given, within));
      }),
      { numRuns: 2000 },
    );
  });

  it('takes no longer for a text in which names nearly match everywhere', () => {
    const names = Array.from({ length: 250 }, (_, index) => `${'a'.repeat(index + 1)}b`);
    const finder = new NameFinder(names.map((name, index) => [name, index]));
    const before = performance.now();
    expect([...finder.find('a'.repeat(2_000_000))]).toEqual([]);
    // Comparing every name at every place takes a minute.
    expect(performance.now() - before).toBeLessThan(5000);
  });
});
