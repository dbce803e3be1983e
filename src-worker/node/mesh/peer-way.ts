/** How a peer is reached, from the addresses at the other ends of its connections. Pure. */
import type { Multiaddr } from '@multiformats/multiaddr';
import type { Way } from '../../../src-shared/api/node-status.ts';
import { hasLocalHost, isLoopback, isRelayed } from './addresses.ts';

/** The best first. */
const ways: readonly Way[] = ['lan', 'direct', 'punched', 'relay'];

/**
 * The best way among the connections; undefined without any. `isNear`: whether an address is in a network of this machine,
 * as the public IPv6 addresses of its neighbours are.
 */
export function bestWay(
  connections: readonly Multiaddr[],
  isNear: (address: Multiaddr) => boolean,
): Way | undefined {
  const found = new Set(connections.map((address) => wayOf(address, isNear)));
  return ways.find((way) => found.has(way));
}

function wayOf(address: Multiaddr, isNear: (address: Multiaddr) => boolean): Way {
  if (isRelayed(address)) {
    return 'relay';
  }
  if (isLoopback(address) || hasLocalHost(address) || isNear(address)) {
    return 'lan';
  }
  return address.getComponents().some(({ name }) => name === 'udp') ? 'punched' : 'direct';
}
