/** Which of the shards that placement chose are hosted from now on: new ones are fetched one after the other. Pure. */
import { isSamePart } from '../../../src-shared/layers.ts';
import type { Placed, PlacementPlan } from '../placement/placement-question.ts';

export type Fetching = {
  /** The shards that are placed now. */
  readonly placed: readonly Placed[];
  /** Those among them that are being fetched or loaded. */
  readonly underWay: readonly Placed[];
};

/**
 * The smallest shard is fetched alone, and the plan is made anew once it is there: until then demand may have changed, and a
 * model's size is known exactly only with its manifest. A plan that also drops shards is carried out as a whole, because what it
 * adds may be what is left of a dropped one.
 */
export function nextPlaced(plan: PlacementPlan, { placed, underWay }: Fetching): readonly Placed[] {
  if (plan.dropped.length > 0) {
    return plan.shards;
  }
  // One that is placed but not under way could not be had yet; it is tried again beside the next one.
  const next = underWay.length > 0 ? undefined : plan.added.find((shard) => !isIn(placed, shard));
  return plan.shards.filter(
    (shard) => !isIn(plan.added, shard) || isIn(placed, shard) || shard === next,
  );
}

function isIn(list: readonly Placed[], shard: Placed): boolean {
  return list.some((each) => isSamePart(each, shard));
}
