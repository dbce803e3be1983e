import { describe, expect, it } from 'vitest';
import type { PeerStatus } from '../../../api/node-status.ts';
import { bootstrapLines, peerLines } from './peer-lines.ts';

const near: PeerStatus = {
  peer: '12D3KooWLkkmf6xjZaHtNeyyNVrju9uH9D3QJcRUkcKAqQwYxX2A',
  addresses: [],
  connected: true,
  latencyMs: 1.234,
  state: 'serving',
  region: 'DE',
  shards: [
    {
      manifestId: 'a'.repeat(64),
      model: 'MindMesh Demo',
      firstLayer: 0,
      lastLayer: 3,
      freeSessions: 2,
    },
  ],
};
const relayed: PeerStatus = {
  ...near,
  peer: '12D3KooWFDrC17EKB8bUgAxjj5DUjkVavhKW2bLbMf2dYCtWCXoN',
  latencyMs: 81.6,
  relayed: true,
  state: 'paused',
  region: '',
  shards: [],
};
const away: PeerStatus = { ...relayed, connected: false, latencyMs: null, state: 'draining' };

describe('peerLines', () => {
  it('says of a peer that does not answer that it does not', () => {
    expect(peerLines([{ ...near, silent: true }], 1)[1]).toMatch(
      /^…qQwYxX2A {2}does not answer {2}direct/,
    );
  });

  it('shows a table, the nearest connected peer first, and how each is reached', () => {
    expect(peerLines([away, relayed, near], 5)).toEqual([
      'Peer       State      Way                    Latency  Region  Hosts',
      '…qQwYxX2A  ready      direct                 1.2 ms   DE      MindMesh Demo 0–3',
      '…YCtWCXoN  paused     relay                  82 ms    –       nothing',
      '…YCtWCXoN  finishing  not connected (relay)  –        –       nothing',
      'and 2 more that are known but not connected',
    ]);
  });

  it('says what to do when there is no peer', () => {
    expect(peerLines([], 0).join(' ')).toMatch(/No peers yet.*settings add peers/);
  });
});

describe('bootstrapLines', () => {
  it('shows every address, and what others do with it', () => {
    const lines = bootstrapLines(
      '1.2.3',
      ['/ip4/192.0.2.1/tcp/6373/p2p/x', '/ip4/192.0.2.2/tcp/6373/p2p/x'],
      '/data',
    );
    expect(lines.slice(2, 5)).toEqual([
      '  Address  /ip4/192.0.2.1/tcp/6373/p2p/x',
      '           /ip4/192.0.2.2/tcp/6373/p2p/x',
      '  Data     /data',
    ]);
    expect(lines.join('\n')).toContain('settings add bootstrap');
  });
});
