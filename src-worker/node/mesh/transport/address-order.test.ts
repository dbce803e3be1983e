import { multiaddr } from '@multiformats/multiaddr';
import { expect, it } from 'vitest';
import { dialOrder } from './address-order.ts';

const relay = '12D3KooWFDrC17EKB8bUgAxjj5DUjkVavhKW2bLbMf2dYCtWCXoN';

/** Groups addresses by rank; within a group the order does not matter. */
function groups(texts: readonly string[]): string[][] {
  return [
    texts.slice(0, 2).toSorted(),
    texts.slice(2, 4).toSorted(),
    texts.slice(4, 6),
    texts.slice(6).toSorted(),
  ];
}

it('dials near addresses first, relays after direct addresses that may work, other private networks last', () => {
  const inOrder = [
    '/ip4/192.168.1.7/tcp/1',
    '/ip6/fd00::7/tcp/1',
    '/ip4/203.0.113.9/tcp/1',
    '/dns4/mesh.example/tcp/1',
    '/ip4/127.0.0.1/tcp/1',
    `/ip4/203.0.113.1/tcp/1/p2p/${relay}/p2p-circuit`,
    '/ip4/192.168.77.7/tcp/1',
    '/ip4/10.0.0.7/tcp/1',
  ];
  const networks = [
    { family: 'IPv4', cidr: '127.0.0.1/8', internal: true },
    { family: 'IPv4', cidr: '192.168.1.2/24', internal: false },
    { family: 'IPv6', cidr: 'fd00::2/64', internal: false },
    { family: 'IPv4', cidr: null, internal: false },
  ];
  const shuffled = [7, 5, 4, 3, 2, 0, 1, 6].map((index) => ({
    multiaddr: multiaddr(inOrder[index] ?? ''),
  }));
  const ordered = shuffled
    .toSorted(dialOrder(() => networks))
    .map((each) => each.multiaddr.toString());
  expect(groups(ordered)).toEqual(groups(inOrder));
});
