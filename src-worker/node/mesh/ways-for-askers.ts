/**
 * Where this node dials because another peer says so: a stage connects to the next one of a route that a requester
 * chose. A requester must not make it try doors that are closed to the requester, so only addresses of a verified record
 * count, and private ones only for a requester that is in a private network with this node, or in a pool of it. Pure.
 */
import type { Multiaddr } from '@multiformats/multiaddr';
import {
  dialableAddresses,
  hasPublicHost,
  isLocal,
  isLoopback,
  isRelayed,
  mayLeadHere,
} from './addresses.ts';

/** How near the peer that asks is: on this machine, in a network of this machine or a pool of this node, or anywhere. */
export type Nearness = 'machine' | 'network' | 'anywhere';

/** `connections`: addresses from which the peer is connected now. */
export function nearnessOf(connections: readonly Multiaddr[], sharesAPool: boolean): Nearness {
  // A peer that comes over a relay of this house may be anywhere.
  const direct = connections.filter((address) => !isRelayed(address));
  if (direct.some(isLoopback)) {
    return 'machine';
  }
  return sharesAPool || direct.some(isLocal) ? 'network' : 'anywhere';
}

/** The ones among a peer's own addresses that are dialled for a peer as near as this. */
export function waysFor(
  nearness: Nearness,
  peer: string,
  addresses: readonly string[],
): readonly string[] {
  return dialableAddresses(peer, addresses)
    .filter(
      (address) =>
        nearness === 'machine' ||
        (nearness === 'network' && !mayLeadHere(address)) ||
        hasPublicHost(address),
    )
    .map(String);
}
