/** The peers that give a model, in the order in which they are asked. Pure. */
import { type KnownPeer, nearestWith } from '../mesh/records/record.ts';
import { isDistrusted } from '../trust/reputation.ts';

/** Trusted peers come before distrusted ones, then connected peers before others, then nearer ones before farther ones. */
export function giversOf(peers: readonly KnownPeer[], manifestId: string): KnownPeer[] {
  return nearestWith(peers, manifestId).toSorted(
    (a, b) => Number(isDistrusted(a.reputation)) - Number(isDistrusted(b.reputation)),
  );
}
