import { describe, expect, it } from 'vitest';
import { peer, shard } from '../../../test/support/sessions/route-questions.ts';
import { RouteIndex } from './route-index.ts';

const a = 'a'.repeat(64);
const b = 'b'.repeat(64);

function hosts(index: RouteIndex, model: string): string[] {
  return index
    .hosts(model)
    .map((known) => known.peer)
    .toSorted();
}

describe('the index of hosts', () => {
  it('gives the peers of one model and no others', () => {
    const index = new RouteIndex();
    index.set(peer('one', [shard(0, 1), shard(2, 3)]));
    index.set(peer('two', [shard(0, 1, { manifestId: b })]));
    index.set(peer('both', [shard(0, 1), shard(0, 1, { manifestId: b })]));
    index.set(peer('none', []));
    expect(hosts(index, a)).toEqual(['both', 'one']);
    expect(hosts(index, b)).toEqual(['both', 'two']);
    expect(hosts(index, 'c'.repeat(64))).toEqual([]);
    expect(index.size).toBe(4);
  });

  it('forgets models that a peer no longer hosts, and peers that leave', () => {
    const index = new RouteIndex();
    index.set(peer('one', [shard(0, 1)]));
    index.set(peer('two', [shard(0, 1)]));
    index.set(peer('one', [shard(0, 1, { manifestId: b })]));
    expect(hosts(index, a)).toEqual(['two']);
    index.remove('two');
    index.remove('stranger');
    expect(hosts(index, a)).toEqual([]);
    expect(hosts(index, b)).toEqual(['one']);
    index.remove('one');
    expect(index.size).toBe(0);
  });

  it('gives the latest record of a peer', () => {
    const index = new RouteIndex();
    index.set(peer('one', [shard(0, 1)], { latencyMs: 5 }));
    expect(index.hosts(a)).toBe(index.hosts(a));
    index.set(peer('one', [shard(0, 1)], { latencyMs: 9 }));
    expect(index.hosts(a).map(({ latencyMs }) => latencyMs)).toEqual([9]);
  });
});
