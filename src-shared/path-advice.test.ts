import { describe, expect, it } from 'vitest';
import type { NodeStatus, PeerStatus } from './api/node-status.ts';
import { type PathAdvice, pathAdvice } from './path-advice.ts';
import { pathSentence } from './words/words.ts';

type Own = Pick<NodeStatus, 'reach' | 'entrance'>;
type Peer = Pick<PeerStatus, 'connected' | 'way' | 'unpunched'>;

const relayed: Peer = { connected: true, way: 'relay' };
const entrance = { router: 'silent', port: 6373, isPortFixed: true } as const;
const closed: Own = { reach: 'relay', entrance };

const cases: readonly [string, Own, Peer, PathAdvice | undefined][] = [
  ['a peer on this network', closed, { connected: true, way: 'lan' }, undefined],
  ['a direct path', closed, { connected: true, way: 'direct' }, undefined],
  ['a punched path', closed, { connected: true, way: 'punched' }, undefined],
  ['a peer that is not connected', closed, { connected: false }, undefined],
  ['a node that does not tell', { reach: 'relay' }, relayed, undefined],
  [
    'two closed routers, of which this one was asked in vain',
    closed,
    relayed,
    {
      cause: 'both-closed',
      remedy: { code: 'forward-port', port: 6373, isFixed: true },
    },
  ],
  [
    'a port that the next start changes',
    { reach: 'local', entrance: { ...entrance, port: 40_123, isPortFixed: false } },
    relayed,
    {
      cause: 'both-closed',
      remedy: { code: 'forward-port', port: 40_123, isFixed: false },
    },
  ],
  [
    'two routers that change ports',
    closed,
    { ...relayed, unpunched: 'both-change-ports' },
    {
      cause: 'both-change-ports',
      remedy: { code: 'forward-port', port: 6373, isFixed: true },
    },
  ],
  [
    'a network without UDP',
    closed,
    { ...relayed, unpunched: 'no-udp-here' },
    {
      cause: 'no-udp-here',
      remedy: { code: 'forward-port', port: 6373, isFixed: true },
    },
  ],
  [
    'a router that was never asked',
    { reach: 'relay', entrance: { ...entrance, router: 'unasked' } },
    relayed,
    { cause: 'both-closed', remedy: { code: 'ask-router' } },
  ],
  [
    'a router behind another one',
    { reach: 'relay', entrance: { ...entrance, router: 'opened' } },
    relayed,
    { cause: 'both-closed', remedy: { code: 'router-before-router' } },
  ],
  [
    'a node that listens on no network',
    { reach: 'none', entrance: { router: 'silent', isPortFixed: false } },
    relayed,
    { cause: 'both-closed', remedy: { code: 'listen-on-network' } },
  ],
  [
    'a node that can be reached from everywhere',
    { ...closed, reach: 'public' },
    relayed,
    { cause: 'not-dialled-yet', remedy: { code: 'wait' } },
  ],
];

describe('advice about a path', () => {
  it.each(cases)('fits %s', (_, own, peer, expected) => {
    expect(pathAdvice(own, peer)).toEqual(expected);
  });

  it('names the cause and the remedy in words', () => {
    expect(
      pathSentence({
        cause: 'both-change-ports',
        remedy: { code: 'forward-port', port: 6373, isFixed: true },
      }),
    ).toBe(
      'Over a relay: both routers change ports for each destination. Forwarding TCP port 6373 on your router to this computer would make it direct, and so would the same on the other side.',
    );
  });

  it('never tells to forward a port that the next start changes, without saying so', () => {
    const remedy = { code: 'forward-port', port: 40_123, isFixed: false } as const;
    expect(pathSentence({ cause: 'both-closed', remedy })).toMatch(/fixed port/);
  });
});
