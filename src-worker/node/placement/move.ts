/** Moves: replaces a node's shard by a more useful one where the gain is more than the cost of fetching and loading. */
import { bestThickening, place } from './grow.ts';
import type { Contender, HostedShard, HostingView } from './hosting-view.ts';
import { rangeBytes } from './placement-question.ts';
import { worthOf } from './worth.ts';

/** How long a node is expected to host a new shard, in seconds. */
const staySeconds = 3600;
/** Time to load a shard after fetching it, in seconds. */
const loadSeconds = 15;
/** Least share of a model's worth that a move must gain, because measured speed and demand always vary a little. */
const leastShare = 0.1;
/** As `leastShare`, for a shard whose loss does not matter, for example because another node hosts the same layers. */
const leastShareOfIdle = 0.02;
/** Least share of a model's worth whose loss matters. */
const missedShare = 0.005;

/** How fast a node reads weights (undefined where unknown) and fetches them, in bytes a second. */
type Speeds = {
  readonly readBytesPerSecond?: number | undefined;
  readonly downloadBytesPerSecond: number;
};

/**
 * Moves at most one shard; returns whether it did. A gain of a tenth of a model's worth may cost a tenth of the time
 * that the node stays; fetching and loading must take less than that.
 */
export function considerMove(view: HostingView, node: Contender, speeds: Speeds): boolean {
  return view
    .hostedBy(node.peer)
    .some((shard) => !shard.isPinned && tryMove(view, node, shard, speeds));
}

function tryMove(view: HostingView, node: Contender, shard: HostedShard, speeds: Speeds): boolean {
  const before = worthOfModel(view, shard.manifestId);
  view.drop(node, shard);
  const best = isComplete(view, shard.manifestId)
    ? bestThickening(view, node, speeds.readBytesPerSecond)
    : undefined;
  if (best !== undefined) {
    const lost = before - worthOfModel(view, shard.manifestId);
    const share = (best.gain - lost) / best.model.demand;
    const least = lost > missedShare * best.model.demand ? leastShare : leastShareOfIdle;
    const seconds = rangeBytes(best.model, best) / speeds.downloadBytesPerSecond + loadSeconds;
    if (share >= least && share * staySeconds > seconds) {
      place(view, node, best);
      return true;
    }
  }
  view.add(node, shard, shard);
  return false;
}

/** A model's worth, weighted by its demand in tokens a second; 0 without demand. */
function worthOfModel(view: HostingView, manifestId: string): number {
  const model = view.wantedModel(manifestId);
  return model === undefined ? 0 : model.demand * worthOf(view.thicknessOf(model), model.demand);
}

/** Whether the serving shards that are left still make a complete chain. */
function isComplete(view: HostingView, manifestId: string): boolean {
  const model = view.wantedModel(manifestId);
  return model === undefined || view.isServed(model);
}
