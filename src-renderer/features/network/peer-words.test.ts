import { describe, expect, it } from 'vitest';
import type { PeerStatus } from '../../../src-shared/api/node-status.ts';
import { inOrder, peerState, regionWords, reputationWords, wayWords } from './peer-words.ts';

function peer(name: string, changes: Partial<PeerStatus> = {}): PeerStatus {
  return { peer: name, addresses: [], connected: true, latencyMs: 1, shards: [], ...changes };
}

describe('the peers on the page', () => {
  it('stand with the connected first, the nearest of them at the top', () => {
    const peers = [
      peer('away', { connected: false, latencyMs: 0.1 }),
      peer('unmeasured', { latencyMs: null }),
      peer('far', { latencyMs: 90 }),
      peer('near'),
    ];
    expect(inOrder(peers).map(({ peer }) => peer)).toEqual(['near', 'far', 'unmeasured', 'away']);
  });

  it('say how they are reached, and a relay as such', () => {
    expect(wayWords({ connected: true })).toBe('Direct');
    expect(wayWords({ connected: true, way: 'lan' })).toBe('On this network');
    expect(wayWords({ connected: true, way: 'punched' })).toBe('Direct, both routers opened');
    expect(wayWords({ connected: true, relayed: true })).toBe('Over a relay');
    expect(wayWords({ connected: false, relayed: true })).toBe('None now, only over a relay');
  });

  it('are as they say, unless they are out of reach', () => {
    expect(peerState({ connected: true }).word).toBe('Ready');
    expect(peerState({ connected: true, state: 'draining' }).word).toBe('Finishing its work');
    expect(peerState({ connected: false, state: 'serving' }).word).toBe('Not connected');
    expect(peerState({ connected: true, silent: true }).word).toBe('Does not answer');
  });

  it('are trusted until they fail', () => {
    expect([undefined, 1, 0.66, 0.2].map((reputation) => reputationWords(reputation))).toEqual([
      'No faults',
      'No faults',
      'A fault lately',
      'Several faults lately',
    ]);
  });

  it('are in the country that they claim, and nowhere without one', () => {
    expect(['DE', '', undefined, 'ZZZ'].map(regionWords)).toEqual([
      'Germany',
      'Not told',
      'Not told',
      'ZZZ',
    ]);
  });
});
