import { describe, expect, it } from 'vitest';
import { maxRecordBytes, peerRecordSchema, type PeerRecord, recordLimits } from './record.ts';

const old: PeerRecord = { sequence: 1, state: 'serving', addresses: [], models: [], shards: [] };
const model = (index: number): string => index.toString(16).padStart(64, '0');

function isTaken(more: Record<string, unknown>): boolean {
  return peerRecordSchema.safeParse({ ...old, ...more }).success;
}

describe('a peer record', () => {
  it('of an older version is accepted unchanged', () => {
    expect(peerRecordSchema.parse(old)).toEqual(old);
  });

  it('may have price, region, demand, memory and planned shards', () => {
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
    ['a region that is not a country', { region: 'Switzerland' }],
    ['negative demand', { demand: { [model(1)]: -1 } }],
    [
      'a shard with an invalid manifest id',
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
    ['demand for an invalid manifest id', { demand: { Llama: 1 } }],
    [
      'demand for too many models',
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

  it('with the most demand and planned shards that it may have stays far below the size limit', () => {
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
