import { describe, expect, it } from 'vitest';
import type { PeerRecord } from '../mesh/records/record.ts';
import { demandToPublish, sumDemand } from './demand.ts';

const a = 'a'.repeat(64);
const b = 'b'.repeat(64);

function record(demand?: Record<string, number>): PeerRecord {
  const quiet: PeerRecord = {
    sequence: 1,
    state: 'serving',
    addresses: [],
    models: [],
    shards: [],
  };
  return demand === undefined ? quiet : { ...quiet, demand };
}

describe('the demand of the mesh', () => {
  it('is the sum over all nodes', () => {
    const sum = sumDemand(
      [record({ [a]: 2 }), record(), record({ [a]: 3, [b]: 1 })],
      new Map([[b, 4]]),
    );
    expect(sum).toEqual(
      new Map([
        [a, 5],
        [b, 5],
      ]),
    );
  });

  it('counts at most 1000 tokens a second of a single peer', () => {
    expect(sumDemand([record({ [a]: 1_000_000 })], new Map()).get(a)).toBe(1000);
  });

  it('is published for the models with the most demand only, and for none without demand', () => {
    const own = new Map(
      Array.from({ length: 100 }, (_, index) => [String(index).padStart(64, '0'), index] as const),
    );
    const published = demandToPublish(own);
    expect(Object.values(published).toSorted((one, other) => one - other)[0]).toBe(36);
    expect(Object.keys(published)).toHaveLength(64);
    expect(demandToPublish(new Map([[a, 0]]))).toEqual({});
  });
});
