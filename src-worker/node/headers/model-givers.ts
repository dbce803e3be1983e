/** Peers that may be asked for a model, in the order in which they are asked. Pure. */
import { type KnownPeer, nearestWith } from '../mesh/records/record.ts';
import { isDistrusted } from '../trust/reputation.ts';

/** Trusted peers first, of them the connected ones, of these the nearest. */
export function giversOf(peers: readonly KnownPeer[], manifestId: string): KnownPeer[] {
  return nearestWith(peers, manifestId).toSorted(
    (a, b) => Number(isDistrusted(a.reputation)) - Number(isDistrusted(b.reputation)),
  );
}
