import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import { describe, expect, it } from 'vitest';
import { bestWay } from './peer-way.ts';

const relay =
  '/ip4/11.22.1.1/tcp/6373/p2p/12D3KooWLJtG8fd2hkQzTn96MrLvThmnNQjTUFZwGEsLRz5EmSzc/p2p-circuit';

const cases: readonly [string | undefined, string[]][] = [
  [undefined, []],
  ['lan', ['/ip4/127.0.0.1/tcp/1']],
  ['lan', ['/ip4/192.168.1.7/tcp/1']],
  ['lan', ['/ip6/fd00::7/tcp/1']],
  ['lan', ['/ip4/10.0.0.7/udp/1']],
  ['lan', ['/ip6/2a10:1122::7/tcp/1']],
  ['direct', ['/ip4/11.22.2.2/tcp/1']],
  ['direct', ['/ip6/2a10:1123::7/tcp/1']],
  ['punched', ['/ip4/11.22.2.2/udp/1']],
  ['relay', [relay]],
  ['direct', [relay, '/ip4/11.22.2.2/udp/1', '/ip4/11.22.2.2/tcp/1']],
];

const isNear = (address: Multiaddr): boolean => address.toString().includes('/2a10:1122:');

describe('the way to a peer', () => {
  it.each(cases)('is %s over %j', (way, addresses) => {
    expect(
      bestWay(
        addresses.map((each) => multiaddr(each)),
        isNear,
      ),
    ).toBe(way);
  });
});
