import { describe, expect, it } from 'vitest';
import type { KnownPeer } from '../mesh/records/record.ts';
import { SilentPeers } from './silent-peers.ts';

function known(peer: string, sequence = 1): KnownPeer {
  return {
    peer,
    record: { sequence, state: 'serving', addresses: [], models: [], shards: [] },
    receivedAt: 0,
    connected: true,
    latencyMs: undefined,
  };
}

describe('SilentPeers', () => {
  it('names who did not answer, until a newer record of it comes', () => {
    const silent = new SilentPeers();
    silent.note('one', [known('one', 7), known('other', 7)]);
    expect(silent.among([known('one', 7), known('other', 7)])).toEqual(['one']);
    expect(silent.among([known('one', 8), known('other', 7)])).toEqual([]);
  });

  it('knows nothing of a peer that has no record, and forgets the oldest of very many', () => {
    const silent = new SilentPeers();
    silent.note('gone', [known('one')]);
    expect(silent.among([known('one'), known('gone')])).toEqual([]);
    const many = Array.from({ length: 300 }, (_, index) => known(`peer ${index}`));
    many.forEach(({ peer }) => silent.note(peer, many));
    expect(silent.among(many)).toEqual(many.slice(44).map(({ peer }) => peer));
  });
});
