import { describe, expect, it } from 'vitest';
import {
  allLayers,
  beginsModel,
  containsLayers,
  endsModel,
  hasPrefix,
  isSamePart,
  isSameRange,
  isWholeModel,
  layerCount,
  overlaps,
  partKey,
  rangeOf,
} from './layers.ts';

const range = (firstLayer: number, lastLayer: number) => ({ firstLayer, lastLayer });
const someRanges = [range(0, 0), range(0, 3), range(1, 2), range(2, 5), range(3, 3), range(4, 5)];

/** The layers one by one, for comparison. */
function each({ firstLayer, lastLayer }: { firstLayer: number; lastLayer: number }): number[] {
  return Array.from({ length: lastLayer - firstLayer + 1 }, (_, index) => firstLayer + index);
}

describe('a range of layers', () => {
  it('is compared with every other as the sets of their layers are', () => {
    for (const one of someRanges) {
      expect(layerCount(one)).toBe(each(one).length);
      for (const other of someRanges) {
        const [ours, theirs] = [each(one), each(other)];
        const isSame = ours.join() === theirs.join();
        expect(isSameRange(one, other)).toBe(isSame);
        expect(partKey('a', one) === partKey('a', other)).toBe(isSame);
        expect(hasPrefix(one, other)).toBe(ours.join().concat(',').startsWith(`${theirs.join()},`));
        expect(overlaps(one, other)).toBe(ours.some((layer) => theirs.includes(layer)));
        expect(containsLayers(one, other)).toBe(theirs.every((layer) => ours.includes(layer)));
      }
    }
  });

  it('knows where a model begins and ends', () => {
    expect(isWholeModel(allLayers(6), 6)).toBe(true);
    expect([beginsModel(range(0, 3)), endsModel(range(0, 3), 6)]).toEqual([true, false]);
    expect([beginsModel(range(2, 5)), endsModel(range(2, 5), 6)]).toEqual([false, true]);
    expect(isWholeModel(range(0, 3), 6)).toBe(false);
  });

  it('is taken out of what has more', () => {
    expect(rangeOf({ ...range(1, 2), more: true } as never)).toEqual(range(1, 2));
  });

  it('belongs to one model', () => {
    expect(
      isSamePart({ manifestId: 'a', ...range(0, 1) }, { manifestId: 'a', ...range(0, 1) }),
    ).toBe(true);
    expect(
      isSamePart({ manifestId: 'a', ...range(0, 1) }, { manifestId: 'b', ...range(0, 1) }),
    ).toBe(false);
    expect(partKey('a', range(0, 1))).not.toBe(partKey('b', range(0, 1)));
  });
});
