import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layerCount } from '../../../src-shared/layers.ts';
import type { LayerRange } from '../../../src-shared/model.ts';
import { coverageOf, type CoveringShard } from './coverage.ts';

const layers = 6;

function shard(
  peer: string,
  firstLayer: number,
  lastLayer: number,
  more: Partial<CoveringShard> = {},
): CoveringShard {
  const usual = { isServing: true, canBeCut: false, tokensPerSecond: 1 };
  return { peer, firstLayer, lastLayer, ...usual, ...more };
}

function seen(shards: readonly CoveringShard[]): { missing: string[]; needed: string[] } {
  const { missing, needed } = coverageOf(shards, layers);
  return {
    missing: missing.map(({ firstLayer, lastLayer }) => `${firstLayer}-${lastLayer}`),
    needed: [...needed.keys()].map(({ peer }) => peer).toSorted(),
  };
}

describe('the coverage of a model', () => {
  it.each<[string, CoveringShard[], string[], string[]]>([
    ['lacks every layer where no peer hosts any', [], ['0-5'], []],
    [
      'lacks the layers before, between and after',
      [shard('a', 1, 2), shard('b', 4, 4)],
      ['0-0', '3-3', '5-5'],
      ['a', 'b'],
    ],
    [
      'lacks what overlapping shards do not join',
      [shard('a', 0, 3), shard('b', 3, 5)],
      ['4-5'],
      ['a'],
    ],
    [
      'lacks nothing where the first of overlapping shards can be cut',
      [shard('a', 0, 3, { canBeCut: true }), shard('b', 2, 5)],
      [],
      ['a', 'b'],
    ],
    [
      'needs the shards that join, of those that overlap',
      [shard('a', 0, 4, { canBeCut: true }), shard('b', 2, 4), shard('c', 3, 5)],
      [],
      ['a', 'c'],
    ],
    [
      'prefers cutting a shard that serves to cutting one that is being fetched',
      [
        shard('a', 0, 4, { canBeCut: true, isServing: false }),
        shard('b', 0, 3, { canBeCut: true }),
        shard('c', 3, 5),
      ],
      [],
      ['b', 'c'],
    ],
    ['needs the fewest shards', [shard('a', 0, 2), shard('b', 3, 5), shard('c', 0, 5)], [], ['c']],
    [
      'needs one of two equal shards, that of the lesser peer id',
      [shard('b', 0, 5), shard('a', 0, 5)],
      [],
      ['a'],
    ],
    [
      'needs a shard that serves rather than one that is being fetched',
      [shard('a', 0, 5, { isServing: false }), shard('b', 0, 5)],
      [],
      ['b'],
    ],
    ['ignores shards with layers that the model does not have', [shard('a', 3, 9)], ['0-5'], []],
  ])('%s', (_title, shards, missing, needed) => {
    expect(seen(shards)).toEqual({ missing, needed });
  });

  it('never lacks more layers than some choice of shards that do not overlap', () => {
    const anyShard = fc
      .tuple(fc.constantFrom('a', 'b', 'c'), fc.nat({ max: layers - 1 }), fc.nat({ max: 3 }))
      .map(([peer, first, more]) => shard(peer, first, Math.min(layers - 1, first + more)));
    fc.assert(
      fc.property(fc.array(anyShard, { maxLength: 6 }), (shards) => {
        const { missing, needed } = coverageOf(shards, layers);
        const lacking = sizeOf(missing);
        const covered = sizeOf([...needed.keys()]);
        expect(lacking + covered).toBe(layers);
        expect(covered).toBe(mostCovered(shards, 0));
      }),
      { numRuns: 300 },
    );
  });

  it('lacks only layers that no peer hosts where every shard can be cut, and no more than without', () => {
    const anyShard = fc
      .tuple(
        fc.constantFrom('a', 'b', 'c'),
        fc.nat({ max: layers - 1 }),
        fc.nat({ max: 5 }),
        fc.boolean(),
      )
      .map(([peer, first, more, canBeCut]) =>
        shard(peer, first, Math.min(layers - 1, first + more), { canBeCut }),
      );
    fc.assert(
      fc.property(fc.array(anyShard, { maxLength: 6 }), (shards) => {
        const whole = shards.map((one) => ({ ...one, canBeCut: false }));
        const cut = shards.map((one) => ({ ...one, canBeCut: true }));
        const lacking = [whole, shards, cut].map((all) => sizeOf(coverageOf(all, layers).missing));
        expect(lacking).toEqual(lacking.toSorted((a, b) => b - a));
        const hosted = new Set(
          shards.flatMap(({ firstLayer, lastLayer }) =>
            Array.from({ length: lastLayer - firstLayer + 1 }, (_, index) => firstLayer + index),
          ),
        );
        expect(lacking[2]).toBe(layers - hosted.size);
        const { missing, needed } = coverageOf(cut, layers);
        const without = coverageOf([...needed.keys()], layers).missing;
        expect(without).toEqual(missing);
      }),
      { numRuns: 300 },
    );
  });
});

function sizeOf(ranges: readonly LayerRange[]): number {
  return ranges.reduce((sum, range) => sum + layerCount(range), 0);
}

function mostCovered(shards: readonly CoveringShard[], from: number): number {
  return Math.max(
    0,
    ...shards
      .filter(({ firstLayer }) => firstLayer >= from)
      .map((one) => one.lastLayer - one.firstLayer + 1 + mostCovered(shards, one.lastLayer + 1)),
  );
}
