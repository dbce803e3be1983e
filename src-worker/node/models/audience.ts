/**
 * Peers that may have the manifest, header and bytes of a model beside what this node hosts of it: all peers, or the
 * members of some pools. A file that its owner imported is for no peer. Pure.
 */
import { z } from 'zod';
import { poolIdSchema } from '../../../src-shared/pool.ts';

/** Most pools that one model is for; those that were added last count. */
const mostPools = 64;

/** Ids of pools; an empty list is no peer. */
export const audienceSchema = z.union([
  z.literal('everybody'),
  z.array(poolIdSchema).max(mostPools),
]);
export type Audience = z.infer<typeof audienceSchema>;

export const nobody: Audience = [];

/** What a node knows of a peer that offers a model. */
export type Offerer = {
  /** The peer's record goes to members of its pools alone. */
  readonly isPoolOnly: boolean;
  /** Ids of the own pools that the peer is a member of. */
  readonly pools: readonly string[];
};

/**
 * A model that came from peers is for those among whom it was found: for all peers where a stranger offers it to
 * all, else for the pools that its givers share with this node.
 */
export function audienceOfOffers(offerers: readonly Offerer[]): Audience {
  return offerers.some(({ isPoolOnly, pools }) => !isPoolOnly && pools.length === 0)
    ? 'everybody'
    : [...new Set(offerers.flatMap(({ pools }) => pools))].slice(0, mostPools);
}

/** Whether a member of these pools, who may be in none, belongs to the audience. */
export function includesMember(audience: Audience, pools: readonly string[]): boolean {
  return audience === 'everybody' || audience.some((pool) => pools.includes(pool));
}

/**
 * Whether a record may name the model: one for all peers names what all may have, one that goes to the
 * members of the node's pools alone (`readers`, else undefined) what all of these may have.
 */
export function mayBeNamed(audience: Audience, readers: readonly string[] | undefined): boolean {
  return (
    audience === 'everybody' ||
    (readers !== undefined &&
      readers.length > 0 &&
      readers.every((pool) => audience.includes(pool)))
  );
}

/** The audience with a pool that the owner offers the model to. */
export function withPool(audience: Audience, pool: string): Audience {
  return audience === 'everybody' ? audience : [...new Set([...audience, pool])].slice(-mostPools);
}

/** The audience without a pool that the owner offers the model to no more. */
export function withoutPool(audience: Audience, pool: string): Audience {
  return audience === 'everybody' ? audience : audience.filter((each) => each !== pool);
}
