/** What a machine that hosts nothing yet fetches first, by the planner itself. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownSpeaks } from '../../wire/speaks.ts';
import type { RecordedShard } from '../mesh/records/record.ts';
import { choosePlacement } from './choose-placement.ts';
import {
  type Placed,
  type PlacementModel,
  type PlacementPeer,
  rangeBytes,
} from './placement-question.ts';

const small = 'a'.repeat(64);
const huge = 'b'.repeat(64);
const memoryBytes = 8e9;

function model(manifestId: string, layers: number, bytes: number): PlacementModel {
  return {
    manifestId,
    layers,
    layerBytes: Math.floor((bytes * 0.8) / layers),
    cacheBytes: Math.floor((bytes * 0.1) / layers),
    firstBytes: Math.floor(bytes * 0.05),
    lastBytes: Math.floor(bytes * 0.05),
    shardBytes: 0,
  };
}

function wholeOf({ manifestId, layers }: PlacementModel): Placed {
  return { manifestId, firstLayer: 0, lastLayer: layers - 1 };
}

/** A peer that serves these shards and offers no room for more. */
function host(peer: string, ...shards: readonly Placed[]): PlacementPeer {
  const recorded: RecordedShard[] = shards.map((shard) => ({
    ...shard,
    tokensPerSecond: 20,
    freeSessions: 4,
    maxSessions: 4,
    contextLength: 4096,
  }));
  const record = { sequence: 1, state: 'serving' as const, addresses: [], models: [] };
  return { peer, record: { ...record, speaks: ownSpeaks, shards: recorded } };
}

function plannedBy(
  models: readonly PlacementModel[],
  demand: ReadonlyMap<string, number>,
  peers: readonly PlacementPeer[] = [],
): readonly Placed[] {
  const { added } = choosePlacement({
    own: {
      peer: 'fresh',
      memoryBytes,
      shards: [],
      pins: [],
      readBytesPerSecond: 10e9,
      downloadBytesPerSecond: 12.5e6,
    },
    models,
    peers,
    demand,
    now: 0,
  });
  return added;
}

const anyMarket = fc.record({
  layers: fc.integer({ min: 1, max: 64 }),
  smallBytes: fc.integer({ min: 50e6, max: memoryBytes / 5 }),
  hugeBytes: fc.integer({ min: 2 * memoryBytes, max: 50 * memoryBytes }),
  smallDemand: fc.double({ min: 0.1, max: 50, noNaN: true }),
  hugeDemand: fc.double({ min: 0.1, max: 50, noNaN: true }),
});

describe('a machine that hosts nothing yet', () => {
  it('first takes a model that is small beside its budget, whatever the demand for a huge one', () => {
    fc.assert(
      fc.property(anyMarket, (market) => {
        const models = [
          model(huge, 80, market.hugeBytes),
          model(small, market.layers, market.smallBytes),
        ];
        const demand = new Map([
          [huge, market.hugeDemand],
          [small, market.smallDemand],
        ]);
        const added = plannedBy(models, demand);
        expect(added[0]).toEqual(wholeOf(model(small, market.layers, market.smallBytes)));
        // What is left goes to the huge one, and no more than fits.
        const bytes = added.reduce((sum, placed) => {
          const of = models.find(({ manifestId }) => manifestId === placed.manifestId);
          return sum + (of === undefined ? 0 : rangeBytes(of, placed));
        }, 0);
        expect(bytes).toBeLessThanOrEqual(memoryBytes);
      }),
    );
  });

  it('first takes a second copy of the small one, where both are served and asked for alike', () => {
    fc.assert(
      fc.property(anyMarket, ({ smallBytes, hugeBytes, layers, smallDemand }) => {
        const models = [model(huge, 80, hugeBytes), model(small, layers, smallBytes)];
        const tenth = (peer: string, at: number): PlacementPeer =>
          host(peer, { manifestId: huge, firstLayer: 8 * at, lastLayer: 8 * at + 7 });
        const peers = [
          ...Array.from({ length: 10 }, (_, at) => tenth(`h${at}`, at)),
          host('s', wholeOf(model(small, layers, smallBytes))),
        ];
        const demand = new Map([
          [huge, smallDemand],
          [small, smallDemand],
        ]);
        expect(plannedBy(models, demand, peers)[0]?.manifestId).toBe(small);
      }),
    );
  });

  it('leaves half of its memory to larger models, however many small ones are asked for', () => {
    const many = Array.from({ length: 16 }, (_, index) =>
      model(index.toString(16).repeat(64), 12, memoryBytes / 8),
    );
    const large = model('f'.repeat(63).concat('0'), 80, 4 * memoryBytes);
    const demand = new Map([
      ...many.map(({ manifestId }) => [manifestId, 0.1] as const),
      [large.manifestId, 50] as const,
    ]);
    const added = plannedBy([...many, large], demand);
    // The largest part is fetched last.
    expect(added.at(-1)?.manifestId).toBe(large.manifestId);
    const bytes = added
      .filter(({ manifestId }) => manifestId === large.manifestId)
      .reduce((sum, placed) => sum + rangeBytes(large, placed), 0);
    expect(bytes).toBeGreaterThan(0.4 * memoryBytes);
  });

  const anyShelf = fc.array(
    fc.record({
      layers: fc.integer({ min: 1, max: 40 }),
      bytes: fc.integer({ min: 20e6, max: 2 * memoryBytes }),
      demand: fc.double({ min: 0.1, max: 50, noNaN: true }),
    }),
    { minLength: 1, maxLength: 12 },
  );

  it('fetches the smallest in demand that fits first, then larger ones, and never beyond its budget', () => {
    fc.assert(
      fc.property(anyShelf, (shelf) => {
        const models = shelf.map(({ layers, bytes }, index) =>
          model(index.toString(16).repeat(64), layers, bytes),
        );
        const demand = new Map(
          models.map(({ manifestId }, index) => [manifestId, shelf[index]?.demand ?? 0]),
        );
        const added = plannedBy(models, demand);
        const sizes = added.map((placed) => {
          const of = models.find(({ manifestId }) => manifestId === placed.manifestId);
          return of === undefined ? Number.NaN : rangeBytes(of, placed);
        });
        expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
        expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(memoryBytes);
        // What is small beside the budget and smaller than any that is hosted whole, is hosted too.
        const whole = added.filter(
          ({ manifestId, firstLayer, lastLayer }) =>
            firstLayer === 0 &&
            lastLayer + 1 === models.find((each) => each.manifestId === manifestId)?.layers,
        );
        const largest = Math.max(0, ...whole.map((placed) => sizes[added.indexOf(placed)] ?? 0));
        const small = models
          .map((each) => ({ each, bytes: rangeBytes(each, wholeOf(each)) }))
          .filter(({ bytes }) => bytes <= memoryBytes / 4 && bytes < largest)
          .toSorted((a, b) => a.bytes - b.bytes);
        let half = memoryBytes / 2;
        for (const { each, bytes } of small) {
          half -= bytes;
          if (half >= 0) {
            expect(added).toContainEqual(wholeOf(each));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('fetches nothing while nothing is asked for', () => {
    const models = [model(huge, 80, 4 * memoryBytes), model(small, 12, 1e9)];
    expect(plannedBy(models, new Map())).toEqual([]);
    expect(plannedBy(models, new Map([[small, 0]]))).toEqual([]);
  });
});
