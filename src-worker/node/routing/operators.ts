/**
 * The operator of a peer, as far as that can be told, for rules that count separate operators:
 *
 * - this machine and the owner's other ones have one operator, the owner, and so has a peer behind the same router;
 * - peers that name the same public address are behind one router or on one machine: one operator (of IPv6 the first
 *   64 bits count, which is what one household gets);
 * - every other peer is an operator of its own, as is one that can only be reached over a relay.
 *
 * It is a guess and no proof: peers name their addresses themselves, so that an operator who invents several, or has machines
 * in many networks, is counted as many. It tells honest households apart. A peer that names another's address only
 * makes itself count for less.
 */
import { isIP } from 'node:net';
import { multiaddr } from '@multiformats/multiaddr';
import { isPublic } from '../mesh/addresses.ts';
import { householdOf } from '../mesh/household.ts';
import type { KnownPeer } from '../mesh/records/record.ts';

const owner: string = 'owner';

/** By record, since a record never changes and there may be ten thousand; undefined where it names no public address. */
const networks = new WeakMap<KnownPeer['record'], { readonly network: string | undefined }>();

/** Peer → operator, of those that are not operators of their own. */
export function operatorsOf(
  peers: readonly KnownPeer[],
  self: string,
  ownMachines: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const own = [...ownMachines].map((peer) => [peer, owner] as const);
  const operators = new Map([[self, owner] as const, ...own]);
  const mine = peers.filter(({ peer }) => operators.has(peer));
  const homes = new Set(mine.flatMap(({ record }) => networkOf(record) ?? []));
  for (const { peer, record } of peers) {
    const network = networkOf(record);
    if (network !== undefined && !operators.has(peer)) {
      operators.set(peer, homes.has(network) ? owner : network);
    }
  }
  return operators;
}

function networkOf(record: KnownPeer['record']): string | undefined {
  const known = networks.get(record);
  if (known !== undefined) {
    return known.network;
  }
  const [network] = record.addresses.flatMap((text) => publicNetwork(text) ?? []).toSorted();
  networks.set(record, { network });
  return network;
}

function publicNetwork(text: string): string | undefined {
  try {
    const address = multiaddr(text);
    const host = isPublic(address) ? (address.getComponents()[0]?.value ?? '') : '';
    return isIP(host) === 0 ? undefined : householdOf(host);
  } catch {
    // It came from the peer, and is none of our addresses.
    return undefined;
  }
}
