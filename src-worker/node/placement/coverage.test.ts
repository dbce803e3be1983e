import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coverageOf, type CoveringShard } from './coverage.ts';

const layers = 6;

function shard(
  peer: string,
  firstLayer: number,
  lastLayer: number,
  more: Partial<CoveringShard> = {},
): CoveringShard {
  return { peer, firstLayer, lastLayer, isServing: true, tokensPerSecond: 1, ...more };
}

function seen(shards: readonly CoveringShard[]): { missing: string[]; needed: string[] } {
  const { missing, needed } = coverageOf(shards, layers);
  return {
    missing: missing.map(({ firstLayer, lastLayer }) => `${firstLayer}-${lastLayer}`),
    needed: [...needed].map(({ peer }) => peer).toSorted(),
  };
}

describe('the coverage of a model', () => {
  it.each<[string, CoveringShard[], string[], string[]]>([
    ['lacks everything where nobody hosts it', [], ['0-5'], []],
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
    ['needs the fewest shards', [shard('a', 0, 2), shard('b', 3, 5), shard('c', 0, 5)], [], ['c']],
    [
      'needs one of two equal ones, that with the lesser id',
      [shard('b', 0, 5), shard('a', 0, 5)],
      [],
      ['a'],
    ],
    [
      'needs the one that serves before one that is being fetched',
      [shard('a', 0, 5, { isServing: false }), shard('b', 0, 5)],
      [],
      ['b'],
    ],
    ['ignores layers that the model has not', [shard('a', 3, 9)], ['0-5'], []],
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
        const lacking = missing.reduce(
          (sum, range) => sum + range.lastLayer - range.firstLayer + 1,
          0,
        );
        const covered = [...needed].reduce(
          (sum, one) => sum + one.lastLayer - one.firstLayer + 1,
          0,
        );
        expect(lacking + covered).toBe(layers);
        expect(covered).toBe(mostCovered(shards, 0));
      }),
      { numRuns: 300 },
    );
  });
});

function mostCovered(shards: readonly CoveringShard[], from: number): number {
  return Math.max(
    0,
    ...shards
      .filter(({ firstLayer }) => firstLayer >= from)
      .map((one) => one.lastLayer - one.firstLayer + 1 + mostCovered(shards, one.lastLayer + 1)),
  );
}
