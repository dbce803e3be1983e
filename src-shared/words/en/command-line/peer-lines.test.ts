import { describe, expect, it } from 'vitest';
import type { PeerStatus } from '../../../api/node-status.ts';
import { bootstrapLines, peerLines } from './peer-lines.ts';

const near: PeerStatus = {
  peer: '12D3KooWLkkmf6xjZaHtNeyyNVrju9uH9D3QJcRUkcKAqQwYxX2A',
  addresses: [],
  connected: true,
  latencyMs: 1.234,
  way: 'lan',
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
  way: 'relay',
  state: 'paused',
  region: '',
  shards: [],
};
const away: PeerStatus = { ...relayed, connected: false, latencyMs: null, state: 'draining' };

describe('peerLines', () => {
  it('says of a peer that does not answer that it does not', () => {
    expect(peerLines({ peers: [{ ...near, silent: true }] })[1]).toMatch(
      /^…qQwYxX2A {2}does not answer {2}this network/,
    );
  });

  it('shows a table, the nearest connected peer first, and how each is reached', () => {
    const entrance = { router: 'unasked', port: 6373, isPortFixed: true } as const;
    const node = { peers: [away, relayed, near], peersKnown: 5, reach: 'relay', entrance } as const;
    expect(peerLines(node)).toEqual([
      'Peer       State      Way                    Latency  Region  Hosts',
      '…qQwYxX2A  ready      this network           1.2 ms   DE      MindMesh Demo 0–3',
      '…YCtWCXoN  paused     relay                  82 ms    –       nothing',
      '…YCtWCXoN  finishing  not connected (relay)  –        –       nothing',
      'and 2 more that are known but not connected',
      '',
      'Over a relay: neither router lets the other side in. Allowing MindMesh to ask the router to let peers in may make it direct.',
    ]);
  });

  it('says what to do when there is no peer', () => {
    expect(peerLines({ peers: [] }).join(' ')).toMatch(/No peers yet.*settings add peers/);
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
