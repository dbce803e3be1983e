import { describe, expect, it, vi } from 'vitest';
import type { PeerRecord } from './record.ts';
import { isTimely, RecordGossip } from './record-gossip.ts';

function record(sequence: number, more: Partial<PeerRecord> = {}): PeerRecord {
  return { sequence, state: 'serving', addresses: [], models: [], shards: [], ...more };
}

function world(pools: readonly (readonly string[])[] = []): {
  gossip: RecordGossip;
  /** `listener<text` in order. */
  told: string[];
} {
  const told: string[] = [];
  const gossip = new RecordGossip({
    forward: async (to, bytes) => void told.push(`${to}<${Buffer.from(bytes).toString()}`),
    shareAPool: (one, other) => pools.some((each) => each.includes(one) && each.includes(other)),
    random: () => 0,
  });
  return { gossip, told };
}

describe('RecordGossip', () => {
  it('forwards news to four peers at once, but neither to its sender nor to its signer', async () => {
    const { gossip, told } = world();
    ['a', 'b', 'c', 'd', 'e', 'f', 'signer'].forEach((peer) => gossip.connected(peer));
    gossip.heard('signer', record(1), 'a', Buffer.from('news'));
    await vi.waitFor(() => expect(told).toHaveLength(4));
    expect(new Set(told)).toEqual(new Set(['b<news', 'c<news', 'd<news', 'e<news']));
  });

  it('sends a peer that connects all known records, without those of peers that left', async () => {
    const { gossip, told } = world();
    gossip.heard('one', record(1), 'one', Buffer.from('one 1'));
    gossip.heard('one', record(2), 'one', Buffer.from('one 2'));
    gossip.heard('gone', record(1), 'gone', Buffer.from('gone 1'));
    gossip.heard('gone', record(2, { state: 'leaving' }), 'gone', Buffer.from('gone 2'));
    gossip.connected('new');
    await vi.waitFor(() => expect(told).toEqual(['new<one 2']));
  });

  it('forwards the record of a pool-only node to members of its pools alone', async () => {
    const { gossip, told } = world([['signer', 'member']]);
    gossip.connected('member');
    gossip.connected('stranger');
    gossip.heard('signer', record(1, { poolOnly: true }), 'signer', Buffer.from('secret'));
    gossip.heard('other', record(1), 'other', Buffer.from('open'));
    await vi.waitFor(() => expect(told).toHaveLength(3));
    expect(new Set(told)).toEqual(new Set(['member<secret', 'member<open', 'stranger<open']));
  });

  it('keeps only the newest record of each signer waiting for a slow reader', async () => {
    const told: string[] = [];
    const first = Promise.withResolvers<void>();
    const gossip = new RecordGossip({
      forward: (_to, bytes) => {
        told.push(Buffer.from(bytes).toString());
        return told.length === 1 ? first.promise : Promise.resolve();
      },
      shareAPool: () => false,
    });
    gossip.connected('slow');
    for (let sequence = 1; sequence <= 100; sequence += 1) {
      gossip.heard('busy', record(sequence), 'busy', Buffer.from(`record ${sequence}`));
    }
    first.resolve();
    await vi.waitFor(() => expect(told).toEqual(['record 1', 'record 100']));
  });

  it('keeps a bounded number of bytes', async () => {
    const { gossip, told } = world();
    for (let index = 0; index < 300; index += 1) {
      gossip.heard(`peer ${index}`, record(1), 'x', Buffer.alloc(64 * 1024, index));
    }
    gossip.connected('new');
    await vi.waitFor(() => expect(told.length).toBeGreaterThan(0));
    gossip.disconnected('new');
    expect(told.length).toBeLessThan(130);
  });
});

describe('isTimely', () => {
  it('takes records of the last ten minutes for timely, with a clock that may be a little off', () => {
    expect(isTimely(1_000_000, 1_000_000)).toBe(true);
    expect(isTimely(1_000_000, 1_500_000)).toBe(true);
    expect(isTimely(1_500_000, 1_000_000)).toBe(true);
    expect(isTimely(1_000_000, 1_700_000)).toBe(false);
    expect(isTimely(Number.MAX_SAFE_INTEGER, 1_700_000)).toBe(false);
  });
});
