/** What the node tells of its engines, as the duty reads it. Pure. */
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import type { Work } from './duty-input.ts';

/** What the hosted layers take, measured or expected; see needed-memory.ts. */
export type Loaded = Pick<Work, 'usesGpu' | 'backend' | 'compute' | 'videoMemoryNeededBytes'>;

type Shards = NodeStatus['shards'];

/** Loading is over when nothing is on its way any more; a shard that failed is tried again while others serve. */
export function isReady(shards: Shards): boolean {
  return (
    shards.length === 0 ||
    (shards.some(({ state }) => state === 'serving') &&
      shards.every(({ state }) => state !== 'starting'))
  );
}

/** The node starts an engine that died again at once; what fails this often in a row is no accident. */
const failuresInARow = 3;

/** Why nothing can be served, once every shard has failed again and again; null while there is hope. */
export function failureOf(shards: Shards): { code: string; message: string } | null {
  const [first] = shards;
  const isHopeless = shards.every(({ failure }) => (failure?.inARow ?? 0) >= failuresInARow);
  return first !== undefined && isHopeless ? first.failure : null;
}

export function answersInFlight(shards: Shards): number {
  return shards.reduce((sum, { sessions }) => sum + sessions, 0);
}
