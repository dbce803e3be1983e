/** Whether a node does better by hosting something else, counting what it costs to get there. */
import { bestThickening, place } from './grow.ts';
import type { Contender, HostedShard, HostingView } from './hosting-view.ts';
import { rangeBytes } from './placement-question.ts';
import { worthOf } from './worth.ts';

/** How long a node is expected to stay where it moves to, in seconds. */
const staySeconds = 3600;
/** To load a shard that was fetched. */
const loadSeconds = 15;
/** Least share of a model's worth that a move must gain: figures of speed and demand are never still. */
const leastShare = 0.1;
/** The same for a shard that the mesh would not miss: two nodes that knew too little of each other host the same, say. */
const leastShareOfIdle = 0.02;
/** Less of a model's worth than this is not missed. */
const missedShare = 0.005;

/** How fast a node reads weights, undefined where that is not known, and fetches them: bytes a second. */
type Speeds = {
  readonly readBytesPerSecond?: number | undefined;
  readonly downloadBytesPerSecond: number;
};

/**
 * Moves at most one shard; whether it did. A move that makes a model's hosting better by a tenth pays for a tenth of the
 * time that the node stays; fetching and loading must take less than that.
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

/** In tokens a second of demand; 0 where no one asks for it. */
function worthOfModel(view: HostingView, manifestId: string): number {
  const model = view.wantedModel(manifestId);
  return model === undefined ? 0 : model.demand * worthOf(view.thicknessOf(model), model.demand);
}

/** Without the shard, and without those that are still being fetched. */
function isComplete(view: HostingView, manifestId: string): boolean {
  const model = view.wantedModel(manifestId);
  return model === undefined || view.isServed(model);
}
