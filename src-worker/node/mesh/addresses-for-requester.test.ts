import { multiaddr } from '@multiformats/multiaddr';
import { describe, expect, it } from 'vitest';
import { nearnessOf, addressesFor } from './addresses-for-requester.ts';

const peer = '12D3KooWLkkmf6xjZaHtNeyyNVrju9uH9D3QJcRUkcKAqQwYxX2A';
const relay = '12D3KooWFDrC17EKB8bUgAxjj5DUjkVavhKW2bLbMf2dYCtWCXoN';

const everywhere = [
  '/ip4/192.0.2.1/tcp/6373',
  '/ip6/2001:db8::1/tcp/6373',
  `/ip4/192.0.2.9/tcp/6373/p2p/${relay}/p2p-circuit`,
];
const nearby = [
  '/ip4/192.168.1.1/tcp/80',
  '/ip4/10.0.0.1/tcp/22',
  '/ip4/169.254.169.254/tcp/80',
  '/ip4/100.64.0.1/tcp/80',
  '/ip4/255.255.255.255/tcp/22',
  '/ip6/fd00::1/tcp/22',
  '/ip6/fe80::1/tcp/22',
  '/ip6/::ffff:c0a8:101/tcp/22',
  '/ip6/64:ff9b::c0a8:101/tcp/22',
  '/ip6/2002:c0a8:101::1/tcp/22',
  `/ip4/192.168.1.1/tcp/80/p2p/${relay}/p2p-circuit`,
];
const here = [
  '/ip4/127.0.0.1/tcp/22',
  '/ip4/127.255.0.1/tcp/22',
  '/ip6/::1/tcp/22',
  // Systems take these for this machine as well.
  '/ip4/0.0.0.0/tcp/22',
  '/ip6/::/tcp/22',
  '/ip6/::ffff:7f00:1/tcp/22',
  `/ip4/0.0.0.0/tcp/22/p2p/${relay}/p2p-circuit`,
  // A DNS name may resolve to any address, and to another one the next time.
  '/dns4/localhost/tcp/22',
  '/dns4/router.example/tcp/80',
];
const all = [...everywhere, ...nearby, ...here];

function ways(nearness: Parameters<typeof addressesFor>[0], addresses: readonly string[]) {
  // Only the first of many addresses are checked, so the test tries each alone.
  return addresses.flatMap((address) => addressesFor(nearness, peer, [address]));
}

describe('addresses that may be dialled because a requester named the peer', () => {
  it('are public ones where the requester may be anywhere', () => {
    expect(ways('anywhere', all)).toEqual(everywhere);
  });

  it('include those of this network, but not of this machine, where the requester is in it', () => {
    expect(ways('network', all)).toEqual([...everywhere, ...nearby]);
  });

  it('are all where the requester is on this machine', () => {
    expect(ways('machine', all)).toEqual(all);
  });
});

describe('the nearness of a requester', () => {
  it.each([
    ['from this machine', ['/ip4/127.0.0.1/tcp/5000'], false, 'machine'],
    ['from a home network', ['/ip4/192.168.7.7/tcp/5000'], false, 'network'],
    ['from a link-local address', ['/ip6/fe80::7/tcp/5000'], false, 'network'],
    ['from a pool of this node', ['/ip4/192.0.2.7/tcp/5000'], true, 'network'],
    ['from a public address', ['/ip4/192.0.2.7/tcp/5000'], false, 'anywhere'],
    ['from a carrier network', ['/ip4/100.64.7.7/tcp/5000'], false, 'anywhere'],
    [
      'over a relay in a home network',
      [`/ip4/192.168.7.7/tcp/5000/p2p/${relay}/p2p-circuit`],
      false,
      'anywhere',
    ],
    [
      'over a relay on this machine',
      [`/ip4/127.0.0.1/tcp/5000/p2p/${relay}/p2p-circuit/p2p/${peer}`],
      false,
      'anywhere',
    ],
    ['without a connection', [], false, 'anywhere'],
  ])('%s', (_title, connections, sharesAPool, nearness) => {
    const from = connections.map((text) => multiaddr(text));
    expect(nearnessOf(from, sharesAPool)).toBe(nearness);
  });
});
