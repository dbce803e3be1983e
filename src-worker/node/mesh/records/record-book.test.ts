import { describe, expect, it } from 'vitest';
import { RecordBook } from './record-book.ts';
import type { PeerRecord } from './record.ts';

function record(sequence: number, state: PeerRecord['state'] = 'serving'): PeerRecord {
  return { sequence, state, addresses: [], models: [], shards: [] };
}

const shard: PeerRecord['shards'][number] = {
  manifestId: 'a'.repeat(64),
  firstLayer: 0,
  lastLayer: 3,
  freeSessions: 1,
  maxSessions: 1,
  contextLength: 2048,
  tokensPerSecond: 0,
};

function bookWithClock(): { book: RecordBook; clock: { now: number } } {
  const clock = { now: 1_000_000 };
  return { book: new RecordBook(() => clock.now), clock };
}

function believed(book: RecordBook): string[] {
  return book.all().map(({ peer, record }) => `${peer}:${record.sequence}`);
}

describe('RecordBook', () => {
  it('lets a higher sequence replace a lower one, and never the other way', () => {
    const { book } = bookWithClock();
    expect(book.accept('a', record(5), false)).toBe(true);
    expect(book.accept('a', record(7), false)).toBe(true);
    expect(book.accept('a', record(6), true)).toBe(false);
    expect(book.accept('a', record(7), true)).toBe(false);
    expect(book.accept('a', record(7), false)).toBe(false);
    expect(believed(book)).toEqual(['a:7']);
  });

  it('believes a peer’s own record over forwarded ones, even when its clock was set back', () => {
    const { book } = bookWithClock();
    expect(book.accept('a', record(7), true)).toBe(true);
    expect(book.accept('a', record(3), false)).toBe(true);
    expect(believed(book)).toEqual(['a:3']);
  });

  it('believes a doubted peer again after a record of its own, or a newer forwarded one', () => {
    const { book, clock } = bookWithClock();
    book.accept('a', record(5), false);
    book.accept('b', record(5), false);
    clock.now += 10_000;
    book.doubt('a');
    book.doubt('b');
    book.doubt('nobody');
    expect(believed(book)).toEqual([]);
    expect(book.nextExpiry()).toBeUndefined();
    expect(book.accept('a', record(5), true)).toBe(false);
    expect(book.accept('a', record(5), false)).toBe(true);
    expect(book.accept('b', record(6), true)).toBe(true);
    expect(believed(book)).toEqual(['a:5', 'b:6']);
  });

  it('believes a record for a minute after its receipt', () => {
    const { book, clock } = bookWithClock();
    book.accept('a', record(1), false);
    expect(book.nextExpiry()).toBe(clock.now + 60_000);
    clock.now += 30_000;
    book.accept('b', record(1), false);
    clock.now += 29_999;
    expect(believed(book)).toEqual(['a:1', 'b:1']);
    expect(book.expire()).toBe(false);
    clock.now += 1;
    expect(believed(book)).toEqual(['b:1']);
    expect(book.expire()).toBe(true);
    expect(book.nextExpiry()).toBe(clock.now + 30_000);
  });

  it('restarts the minute with every newer record', () => {
    const { book, clock } = bookWithClock();
    book.accept('a', record(1), false);
    clock.now += 50_000;
    book.accept('a', record(2), false);
    clock.now += 50_000;
    expect(believed(book)).toEqual(['a:2']);
  });

  it('forgets a peer that leaves at once, and its former records do not bring it back', () => {
    const { book, clock } = bookWithClock();
    book.accept('a', record(5), false);
    expect(book.accept('a', record(6, 'leaving'), false)).toBe(true);
    expect(book.all()).toEqual([]);
    expect(book.nextExpiry()).toBeUndefined();
    expect(book.accept('a', record(5), true)).toBe(false);
    clock.now += 120_000;
    book.expire();
    expect(book.accept('a', record(6), true)).toBe(false);
    expect(book.accept('a', record(7), false)).toBe(true);
  });

  it('forgets even the sequence of a peer without records for ten minutes', () => {
    const { book, clock } = bookWithClock();
    book.accept('a', record(5), false);
    clock.now += 600_000;
    book.expire();
    expect(book.isNews('a', 1)).toBe(true);
  });

  it('stays bounded: when it is full it refuses forwarded records, but not peers’ own ones', () => {
    const { book } = bookWithClock();
    for (let index = 0; index < 16_384; index += 1) {
      book.accept(`peer ${index}`, record(1), true);
    }
    expect(book.accept('hearsay', record(1), true)).toBe(false);
    expect(book.accept('peer 7', record(2), true)).toBe(true);
    expect(book.accept('direct', record(1), false)).toBe(true);
    expect(book.all()).toHaveLength(16_384);
    expect(believed(book)).not.toContain('peer 0:1');
  });

  it('stays bounded in memory too: few peers with huge records fill it', () => {
    const { book } = bookWithClock();
    const addresses = Array.from({ length: 32 }, (_, index) => `/ip4/10.0.0.1/tcp/${index}`);
    const huge = { ...record(1), addresses, shards: Array.from({ length: 64 }, () => shard) };
    let accepted = 0;
    while (book.accept(`peer ${accepted}`, huge, true)) {
      accepted += 1;
    }
    expect(accepted).toBeGreaterThan(1000);
    expect(accepted).toBeLessThan(10_000);
    // The room that a smaller record frees can be used by another.
    expect(book.accept('peer 3', record(2), true)).toBe(true);
    expect(book.accept('peer 4', record(2), true)).toBe(true);
    expect(book.accept('hearsay', huge, true)).toBe(true);
    expect(book.accept('direct', huge, false)).toBe(true);
    expect(book.accept('direct too', huge, false)).toBe(true);
    expect(book.get('peer 0')).toBeUndefined();
    expect(book.get('direct')?.record).toEqual(huge);
  });
});
