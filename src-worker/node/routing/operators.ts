/**
 * The operator of a peer, as far as its addresses show, for rules that count separate operators:
 *
 * - the operator of this machine and the owner's other ones is the owner, as it is for a peer behind the same router;
 * - peers that name the same public address are behind one router or on one machine, so they have one operator (of IPv6
 *   the first 64 bits count, which one household has);
 * - every other peer is an operator of its own, also one that can only be reached over a relay.
 *
 * This is a guess and no proof: peers name their addresses themselves, so an operator who invents several, or has machines in
 * many networks, counts as many. It is right for honest households. A peer that names another's address gains nothing: both
 * then count as one.
 */
import { isIP } from 'node:net';
import { multiaddr } from '@multiformats/multiaddr';
import { isPublic } from '../mesh/addresses.ts';
import { householdOf } from '../mesh/household.ts';
import type { KnownPeer } from '../mesh/records/record.ts';

const owner: string = 'owner';

/** The network of each record, cached since a record never changes and there may be ten thousand; undefined without a public address. */
const networks = new WeakMap<KnownPeer['record'], { readonly network: string | undefined }>();

/** Peer → operator, for the peers that are not operators of their own. */
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
    // The peer named this text, and it is no valid address.
    return undefined;
  }
}
