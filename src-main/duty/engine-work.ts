/** Reads from the node's status what the duty needs to know of the engines. Pure. */
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import type { Work } from './duty-input.ts';

/** What the hosted layers take, measured or expected; see needed-memory.ts. */
export type Loaded = Pick<Work, 'usesGpu' | 'backend' | 'compute' | 'videoMemoryNeededBytes'>;

type Shards = NodeStatus['shards'];

/** Whether all loading is over. A shard that failed is tried again while the others serve. */
export function isReady(shards: Shards): boolean {
  return (
    shards.length === 0 ||
    (shards.some(({ state }) => state === 'serving') &&
      shards.every(({ state }) => state !== 'starting'))
  );
}

/** The node starts an engine that ended again at once; this many failures in a row are no accident. */
const failuresInARow = 3;

/**
 * Why nothing can be served, once every shard has failed several times in a row; null as long as one may still work.
 */
export function failureOf(shards: Shards): { code: string; message: string } | null {
  const [first] = shards;
  const isHopeless = shards.every(({ failure }) => (failure?.inARow ?? 0) >= failuresInARow);
  return first !== undefined && isHopeless ? first.failure : null;
}

export function answersInFlight(shards: Shards): number {
  return shards.reduce((sum, { sessions }) => sum + sessions, 0);
}
