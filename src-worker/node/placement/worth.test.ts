import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CoveringShard } from './coverage.ts';
import { thicknessOf } from './worth.ts';

const layers = 6;

function shard(firstLayer: number, lastLayer: number, canBeCut = false, peer = 'a'): CoveringShard {
  return { peer, firstLayer, lastLayer, isServing: true, canBeCut, tokensPerSecond: 1 };
}

describe('the thickness of the hosting of a model', () => {
  it.each<[string, CoveringShard[], number[], number[]]>([
    ['does not count shards on no complete chain', [shard(0, 2)], [0, 0, 0, 0, 0, 0], []],
    [
      'counts shards that follow each other',
      [shard(0, 2), shard(3, 5), shard(2, 5)],
      [1, 1, 1, 1, 1, 1],
      [0, 3, 6],
    ],
    [
      'counts the layers of a cut shard that any chain uses',
      [shard(0, 3, true), shard(2, 5)],
      [1, 1, 1, 1, 1, 1],
      [0, 2, 6],
    ],
    [
      'counts the most layers that any chain uses',
      [shard(0, 4, true), shard(2, 5), shard(4, 5)],
      [1, 1, 2, 2, 2, 2],
      [0, 2, 4, 6],
    ],
    [
      'ignores shards with layers that the model does not have',
      [shard(0, 6, true)],
      [0, 0, 0, 0, 0, 0],
      [],
    ],
  ])('%s', (_title, shards, capacity, joints) => {
    const thickness = thicknessOf(shards, layers);
    expect(thickness.capacity).toEqual(capacity);
    expect(thickness.joints).toEqual(joints);
  });

  it('is that of all chains: a layer counts a shard if and only if one of them uses it for that layer', () => {
    const anyShard = fc
      .tuple(fc.nat({ max: layers - 1 }), fc.nat({ max: 5 }), fc.boolean())
      .map(([first, more, canBeCut]) => ({
        first,
        last: Math.min(layers - 1, first + more),
        canBeCut,
      }));
    fc.assert(
      fc.property(fc.array(anyShard, { maxLength: 6 }), (given) => {
        const shards = given.map(({ first, last, canBeCut }, index) =>
          shard(first, last, canBeCut, String(index)),
        );
        const used = new Set<string>();
        const walk = (layer: number, chain: readonly string[]): void => {
          if (layer === layers) {
            chain.forEach((use) => used.add(use));
          }
          const next = shards.filter(({ firstLayer }) => firstLayer === layer);
          for (const { peer, lastLayer, canBeCut } of next) {
            for (let last = layer; last <= lastLayer; last += 1) {
              if (canBeCut || last === lastLayer) {
                const uses = Array.from(
                  { length: last - layer + 1 },
                  (_, at) => `${peer} ${layer + at}`,
                );
                walk(last + 1, [...chain, ...uses]);
              }
            }
          }
        };
        walk(0, []);
        const expected = Array.from(
          { length: layers },
          (_, layer) => [...used].filter((use) => use.endsWith(` ${layer}`)).length,
        );
        expect(thicknessOf(shards, layers).holders).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });
});
