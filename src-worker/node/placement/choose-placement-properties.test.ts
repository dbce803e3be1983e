import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlacementRounds } from '../../../test/support/sessions/placement-rounds.ts';
import { type Placed, type PlacementModel, rangeBytes } from './placement-question.ts';

/** Ten minutes in rounds of ten seconds; the slowest of these meshes took a third of it. */
const fewRounds = 60;

const anyModel = fc.record({
  layers: fc.integer({ min: 1, max: 40 }),
  layerBytes: fc.integer({ min: 5, max: 15 }),
  firstBytes: fc.nat({ max: 10 }),
  lastBytes: fc.nat({ max: 10 }),
  demand: fc.double({ min: 0.1, max: 20, noNaN: true }),
});

const anyMesh = fc.record({
  models: fc.array(anyModel, { minLength: 1, maxLength: 3 }),
  staleRounds: fc.nat({ max: 3 }),
  fetchRounds: fc.integer({ min: 1, max: 5 }),
  startsWithShards: fc.boolean(),
  seed: fc.nat(),
});

type GivenMesh = typeof anyMesh extends fc.Arbitrary<infer Given> ? Given : never;

type Mesh = {
  readonly rounds: PlacementRounds;
  readonly random: () => number;
  /** Lets nodes of random sizes join until all the models fit. */
  readonly fillUp: () => void;
};

/**
 * Nodes join until all models fit although every node may leave as much memory unused as the largest layer takes. With
 * less, no node may have enough free memory for a layer.
 */
function meshOf({ models, seed, ...more }: GivenMesh): Mesh {
  const random = randomNumbers(seed);
  const placed: PlacementModel[] = models.map((model, index) => ({
    ...model,
    manifestId: String(index).repeat(64),
    cacheBytes: 2,
    shardBytes: 0,
  }));
  const demand = new Map(models.map((model, index) => [String(index).repeat(64), model.demand]));
  const rounds = new PlacementRounds({ ...more, models: placed, demand, random });
  const wholeBytes = placed.map((model) =>
    rangeBytes(model, { firstLayer: 0, lastLayer: model.layers - 1 }),
  );
  const needed = wholeBytes.reduce((sum, bytes) => sum + bytes, 0);
  const waste = Math.max(
    ...placed.map((model) => rangeBytes({ ...model, layers: 1 }, { firstLayer: 0, lastLayer: 0 })),
  );
  let joined = 0;
  const fillUp = (): void => {
    while (rounds.nodes.reduce((sum, node) => sum + node.memoryBytes - waste, 0) < needed) {
      const memoryBytes = waste + Math.floor((random() * needed) / 2);
      const shards = more.startsWithShards ? anyShards(placed, memoryBytes, random) : [];
      rounds.join(`node ${joined}`, memoryBytes, { shards });
      joined += 1;
    }
  };
  return { rounds, random, fillUp };
}

/** Random shards that a node hosts at the start, as far as they fit. */
function anyShards(
  models: readonly PlacementModel[],
  memoryBytes: number,
  random: () => number,
): (Placed & { tokensPerSecond: number; readyAt: number })[] {
  let room = memoryBytes;
  return Array.from({ length: 4 }, () => models[Math.floor(random() * models.length)])
    .filter((model) => model !== undefined)
    .flatMap((model) => {
      const firstLayer = Math.floor(random() * model.layers);
      const length = Math.floor(random() * (model.layers - firstLayer));
      const placed = { manifestId: model.manifestId, firstLayer, lastLayer: firstLayer + length };
      const bytes = rangeBytes(model, placed);
      if (bytes > room) {
        return [];
      }
      room -= bytes;
      return [{ ...placed, tokensPerSecond: 100, readyAt: 0 }];
    });
}

/** A node moves one shard in sixty rounds at most, and may have started with six useless ones. */
const roundsOfMove = 60;
const mostRoundsOfMoves = 6 * (roundsOfMove + 1);

/** Plays rounds until no node has changed anything for longer than the pause between two moves of a node. */
function roundsUntilSteady(rounds: PlacementRounds): number {
  for (let played = 0; ; played += roundsOfMove + 1) {
    const { changes } = rounds;
    rounds.play(roundsOfMove + 1);
    if (rounds.changes === changes || played > mostRoundsOfMoves) {
      return played;
    }
  }
}

describe('nodes that place shards by themselves', () => {
  it('cover every layer of the demanded models from any start, and then stop changing', () => {
    fc.assert(
      fc.property(anyMesh, (given) => {
        const { rounds, fillUp } = meshOf(given);
        fillUp();
        expect(rounds.untilComplete(fewRounds)).toBeDefined();
        const steady = roundsUntilSteady(rounds);
        expect(steady).toBeLessThanOrEqual(mostRoundsOfMoves);
        expect(rounds.incomplete()).toEqual([]);
        expect(rounds.changes).toBeLessThanOrEqual(6 * rounds.nodes.length);
      }),
      { numRuns: 40 },
    );
  });

  it('cover them again soon after nodes leave and join, as long as there is memory', () => {
    fc.assert(
      fc.property(anyMesh, (given) => {
        const { rounds, random, fillUp } = meshOf(given);
        fillUp();
        expect(rounds.untilComplete(fewRounds)).toBeDefined();
        for (let change = 0; change < 4; change += 1) {
          const victims = 1 + Math.floor(random() * 2);
          for (let left = 0; left < victims; left += 1) {
            const victim = rounds.nodes[Math.floor(random() * rounds.nodes.length)];
            rounds.leave(victim?.peer ?? '');
          }
          fillUp();
          expect(rounds.untilComplete(fewRounds)).toBeDefined();
        }
      }),
      { numRuns: 40 },
    );
  });
});

/** A mulberry32 generator. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
