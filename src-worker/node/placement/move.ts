/** Whether a node does better by hosting something else, counting what it costs to get there. */
import { bestThickening, place } from './grow.ts';
import type { HostedShard, HostingView } from './hosting-view.ts';
import { type OwnMachine, rangeBytes } from './placement-question.ts';
import { worthOf } from './worth.ts';

/** How long a node is expected to stay where it moves to, in seconds. */
const staySeconds = 3600;
/** To load a shard that was fetched. */
const loadSeconds = 15;
/** Least share of a model's worth that a move must gain: figures of speed and demand are never still. */
const leastShare = 0.1;

/**
 * Moves at most one shard. A move that makes a model's hosting better by a tenth pays for a tenth of the time that
 * the node stays; fetching and loading must take less than that.
 */
export function considerMove(view: HostingView, own: OwnMachine): void {
  for (const shard of view.hostedBy(own.peer)) {
    if (!shard.isPinned && tryMove(view, own, shard)) {
      return;
    }
  }
}

function tryMove(view: HostingView, own: OwnMachine, shard: HostedShard): boolean {
  const before = worthOfModel(view, shard.manifestId);
  view.drop(view.self, shard);
  const best = isComplete(view, shard.manifestId)
    ? bestThickening(view, view.self, own.readBytesPerSecond)
    : undefined;
  if (best !== undefined) {
    const lost = before - worthOfModel(view, shard.manifestId);
    const share = (best.gain - lost) / best.model.demand;
    const seconds = rangeBytes(best.model, best) / own.downloadBytesPerSecond + loadSeconds;
    if (share >= leastShare && share * staySeconds > seconds) {
      place(view, view.self, best);
      return true;
    }
  }
  view.add(view.self, shard, shard);
  return false;
}

/** In tokens a second of demand; 0 where nobody wants it. */
function worthOfModel(view: HostingView, manifestId: string): number {
  const model = view.wantedModel(manifestId);
  return model === undefined ? 0 : model.demand * worthOf(view.thicknessOf(model), model.demand);
}

function isComplete(view: HostingView, manifestId: string): boolean {
  const model = view.wantedModel(manifestId);
  return model === undefined || view.coverageOf(model).missing.length === 0;
}
