import { describe, expect, it } from 'vitest';
import { maxRecordBytes, peerRecordSchema, type PeerRecord, recordLimits } from './record.ts';

const old: PeerRecord = { sequence: 1, state: 'serving', addresses: [], models: [], shards: [] };
const model = (index: number): string => index.toString(16).padStart(64, '0');

function isTaken(more: Record<string, unknown>): boolean {
  return peerRecordSchema.safeParse({ ...old, ...more }).success;
}

describe('a peer record', () => {
  it('of an older version is taken as it is', () => {
    expect(peerRecordSchema.parse(old)).toEqual(old);
  });

  it('may tell price, region, demand, memory and what is being loaded', () => {
    const more = {
      price: 0.5,
      region: 'CH',
      demand: { [model(1)]: 12.5 },
      memoryBytes: 8_000_000_000,
      planned: [{ manifestId: model(1), firstLayer: 0, lastLayer: 7 }],
    };
    expect(peerRecordSchema.parse({ ...old, ...more })).toEqual({ ...old, ...more });
    expect(isTaken({ region: '' })).toBe(true);
  });

  it.each<[string, Record<string, unknown>]>([
    ['a negative price', { price: -1 }],
    ['an endless price', { price: Infinity }],
    ['a region that is no country', { region: 'Switzerland' }],
    ['negative demand', { demand: { [model(1)]: -1 } }],
    [
      'a shard of what is no manifest',
      {
        shards: [
          {
            manifestId: 'Llama',
            firstLayer: 0,
            lastLayer: 3,
            freeSessions: 1,
            maxSessions: 1,
            contextLength: 512,
            tokensPerSecond: 0,
          },
        ],
      },
    ],
    ['demand for what is no manifest', { demand: { Llama: 1 } }],
    [
      'demand for more models than anybody wants',
      {
        demand: Object.fromEntries(
          Array.from({ length: recordLimits.demand + 1 }, (_, index) => [model(index), 1]),
        ),
      },
    ],
    ['half a byte of memory', { memoryBytes: 0.5 }],
    [
      'planned layers that end before they begin',
      {
        planned: [{ manifestId: model(1), firstLayer: 3, lastLayer: 2 }],
      },
    ],
  ])('with %s is refused', (_title, more) => {
    expect(isTaken(more)).toBe(false);
  });

  it('with as much demand and as many planned shards as it may tell stays far below the limit', () => {
    const full = {
      ...old,
      demand: Object.fromEntries(
        Array.from({ length: recordLimits.demand }, (_, index) => [model(index), 999_999.123]),
      ),
      planned: Array.from({ length: recordLimits.planned }, (_, index) => ({
        manifestId: model(index),
        firstLayer: 1000,
        lastLayer: 1023,
      })),
    };
    expect(peerRecordSchema.parse(full)).toEqual(full);
    expect(Buffer.byteLength(JSON.stringify(full))).toBeLessThan(maxRecordBytes / 8);
  });
});
