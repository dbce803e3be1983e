/**
 * The audience of a model: the peers that may have its manifest, header and bytes even where this node does not host it.
 * All peers, or the members of some pools. A file that its owner imported is for no peer. Pure.
 */
import { z } from 'zod';
import { poolIdSchema } from '../../../src-shared/pool.ts';

/** Most pools in one audience; those that were added last are kept. */
const mostPools = 64;

/** All peers, or the members of pools by id; an empty list means no peer. */
export const audienceSchema = z.union([
  z.literal('everybody'),
  z.array(poolIdSchema).max(mostPools),
]);
export type Audience = z.infer<typeof audienceSchema>;

export const noPeers: Audience = [];

/** The facts about a peer that offers a model from which the model's audience follows. */
export type Offerer = {
  /** Whether the peer sends its record only to members of its pools. */
  readonly isPoolOnly: boolean;
  /** Ids of those of this node's pools that the peer is a member of. */
  readonly pools: readonly string[];
};

/**
 * The audience of a model that came from peers: all peers where a stranger offers it to all, else the pools that the
 * offering peers share with this node.
 */
export function audienceOfOffers(offerers: readonly Offerer[]): Audience {
  return offerers.some(({ isPoolOnly, pools }) => !isPoolOnly && pools.length === 0)
    ? 'everybody'
    : [...new Set(offerers.flatMap(({ pools }) => pools))].slice(0, mostPools);
}

/** Whether a peer in these pools, possibly none, belongs to the audience. */
export function includesMember(audience: Audience, pools: readonly string[]): boolean {
  return audience === 'everybody' || audience.some((pool) => pools.includes(pool));
}

/**
 * Whether this node's record may name the model: all readers of the record must belong to the audience.
 * @param readers the pools whose members get the record; undefined where all peers do
 */
export function mayBeNamed(audience: Audience, readers: readonly string[] | undefined): boolean {
  return (
    audience === 'everybody' ||
    (readers !== undefined &&
      readers.length > 0 &&
      readers.every((pool) => audience.includes(pool)))
  );
}

/** The audience after the owner offers the model to a pool. */
export function withPool(audience: Audience, pool: string): Audience {
  return audience === 'everybody' ? audience : [...new Set([...audience, pool])].slice(-mostPools);
}

/** The audience after the owner no longer offers the model to a pool. */
export function withoutPool(audience: Audience, pool: string): Audience {
  return audience === 'everybody' ? audience : audience.filter((each) => each !== pool);
}
