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

function among(silent: SilentPeers, peers: readonly KnownPeer[]): string[] {
  return peers.filter((each) => silent.has(each)).map(({ peer }) => peer);
}

describe('SilentPeers', () => {
  it('lists a peer that did not reply, until a newer record of it comes', () => {
    const silent = new SilentPeers();
    silent.note(known('one', 7));
    expect(among(silent, [known('one', 7), known('other', 7)])).toEqual(['one']);
    expect(among(silent, [known('one', 8), known('other', 7)])).toEqual([]);
  });

  it('forgets the oldest peer when there are very many', () => {
    const silent = new SilentPeers();
    const many = Array.from({ length: 300 }, (_, index) => known(`peer ${index}`));
    many.forEach((each) => silent.note(each));
    expect(among(silent, many)).toEqual(many.slice(44).map(({ peer }) => peer));
  });
});
