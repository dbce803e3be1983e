/**
 * The order in which nodes may change what they host. Each node computes the same order from peer ids and the time, so
 * that nodes with the same knowledge choose different layers without messages. The order changes in
 * every epoch, so that a peer that never uses its turn delays the others only briefly.
 */
import { createHash } from 'node:crypto';

/**
 * Length of an epoch, in milliseconds: longer than records take to reach all nodes, so that within an epoch a node learns
 * of the changes of the nodes before it.
 */
export const epochMs = 30_000;

export function epochOf(now: number): number {
  return Math.floor(now / epochMs);
}

/** A pseudo-random number in (0, 1) for a peer and an epoch, the same on every node. */
export function lot(peer: string, epoch: number): number {
  const digest = createHash('sha256').update(`mindmesh-placement ${epoch} ${peer}`).digest();
  return (digest.readUInt32BE(0) + 1) / 4_294_967_297;
}

/**
 * Contenders in the order of their turns. Contenders with more room are earlier more often, because few large shards
 * make shorter chains than many small ones (weighted random sampling: Efraimidis and Spirakis, 2006).
 */
export function inTurn<C extends { readonly peer: string; readonly roomBytes: number }>(
  contenders: readonly C[],
  epoch: number,
): C[] {
  return contenders
    .map((contender) => ({
      contender,
      key: Math.log(lot(contender.peer, epoch)) / Math.max(1, contender.roomBytes),
    }))
    .toSorted((a, b) => b.key - a.key || (a.contender.peer < b.contender.peer ? -1 : 1))
    .map(({ contender }) => contender);
}
