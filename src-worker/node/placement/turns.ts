/**
 * Whose turn it is to change what it hosts. Each node computes the same order from peer ids and the time, so
 * nodes that know the same choose different layers without a word between them; and the order is another one in
 * every epoch, so that a peer that never does its part delays none for long.
 */
import { createHash } from 'node:crypto';

/** Longer than news takes to reach all nodes: within an epoch a node sees what those before it did. */
export const epochMs = 30_000;

export function epochOf(now: number): number {
  return Math.floor(now / epochMs);
}

/** A number from 0 (never 0 itself) to 1 that no node chooses, the same on every node. */
export function lot(peer: string, epoch: number): number {
  const digest = createHash('sha256').update(`mindmesh-placement ${epoch} ${peer}`).digest();
  return (digest.readUInt32BE(0) + 1) / 4_294_967_297;
}

/**
 * Contenders in the order of their turns. Those with more room come earlier more often, since few large shards
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
