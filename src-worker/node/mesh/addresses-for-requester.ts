/**
 * The addresses that this node dials for a requester: a stage connects to the next one of a route that the requester chose.
 * A requester must not be able to make this node probe machines that the requester itself cannot reach. So only addresses of
 * a verified record count, and private ones only for a requester in the same private network or pool. Pure.
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

/** How near the requester is: on this machine, in a network of this machine or a pool of this node, or anywhere. */
export type Nearness = 'machine' | 'network' | 'anywhere';

/** `connections`: addresses from which the requester is connected now. */
export function nearnessOf(connections: readonly Multiaddr[], sharesAPool: boolean): Nearness {
  // A peer that is connected over a relay may be anywhere, even if the relay is near.
  const direct = connections.filter((address) => !isRelayed(address));
  if (direct.some(isLoopback)) {
    return 'machine';
  }
  return sharesAPool || direct.some(isLocal) ? 'network' : 'anywhere';
}

/** The addresses in a peer's record that may be dialled for a requester as near as this. */
export function addressesFor(
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
