import type { Libp2pInit } from 'libp2p';
import { describe, expect, it } from 'vitest';
import { boundedDatastore } from './bounded-datastore.ts';

type Key = Parameters<NonNullable<Libp2pInit['datastore']>['put']>[0];
const keyOf = (name: string): Key => ({ toString: () => name }) as unknown as Key;
const limit = 10 * 1500;
const value = Buffer.alloc(1000);

describe('a bounded datastore', () => {
  it('keeps the entries written last, and this node’s own ones', () => {
    const store = boundedDatastore((key) => key === '/peers/own', limit);
    for (const name of ['own', ...Array.from({ length: 100 }, (_, index) => `${index}`)]) {
      void store.put(keyOf(`/peers/${name}`), value);
    }
    const stored = [...(store.query({ prefix: '/peers/' }) as Generator<{ key: Key }>)];
    expect(stored.map(({ key }) => key.toString())).toEqual(
      ['own', 91, 92, 93, 94, 95, 96, 97, 98, 99].map((name) => `/peers/${name}`),
    );
    expect(() => store.get(keyOf('/peers/1'))).toThrow('is not stored');
    expect(store.get(keyOf('/peers/own'))).toBe(value);
  });

  it('counts replaced and removed entries no more', async () => {
    const store = boundedDatastore(() => false, limit);
    for (let round = 0; round < 50; round += 1) {
      await store.put(keyOf('/peers/same'), value);
      await store.put(keyOf('/peers/gone'), value);
      await store.delete(keyOf('/peers/gone'));
    }
    for (let index = 0; index < 9; index += 1) {
      await store.put(keyOf(`/peers/${index}`), value);
    }
    expect(await store.has(keyOf('/peers/same'))).toBe(true);
    expect(await store.has(keyOf('/peers/gone'))).toBe(false);
  });

  it('does not store an entry that is larger than any honest one', () => {
    const store = boundedDatastore(() => false);
    void store.put(keyOf('/peers/loud'), value);
    void store.put(keyOf('/peers/loud'), Buffer.alloc(33 * 1024));
    expect(store.has(keyOf('/peers/loud'))).toBe(false);
  });
});
