/** What a node does with free memory: first layers that no peer hosts, then the spans that are thinnest. */
import type { LayerRange } from '../../../src-shared/model.ts';
import {
  assumedSpeed,
  type Contender,
  type HostedShard,
  type HostingView,
  type WantedModel,
} from './hosting-view.ts';
import { fittingPart, rangeBytes } from './placement-question.ts';
import { worthAdded } from './worth.ts';
import { overlaps, rangeOf } from '../../../src-shared/layers.ts';

/** Engines on one node; each shard is a process. */
const mostShards = 16;

/** Less than this is not worth a download: a share of what the model's hosting could be worth at all. */
const leastGain = 0.001;

export type Candidate = LayerRange & {
  readonly model: WantedModel;
  readonly tokensPerSecond: number | undefined;
  /** In tokens a second of demand that are served better. */
  readonly gain: number;
};

/**
 * Adds shards until the memory is full or nothing is wanted; whether it added any. `readBytesPerSecond` is known of this
 * node alone.
 */
export function growInto(
  view: HostingView,
  node: Contender,
  readBytesPerSecond: number | undefined,
): boolean {
  let hasGrown = fillMissing(view, node);
  while (view.hostedBy(node.peer).length < mostShards) {
    const best = bestThickening(view, node, readBytesPerSecond);
    if (best === undefined || best.gain < leastGain * best.model.demand) {
      break;
    }
    place(view, node, best);
    hasGrown = true;
  }
  return hasGrown;
}

export function place(view: HostingView, node: Contender, candidate: Candidate): void {
  const { model, tokensPerSecond } = candidate;
  view.add(
    node,
    { manifestId: model.manifestId, ...rangeOf(candidate) },
    { isServing: false, ...(tokensPerSecond === undefined ? {} : { tokensPerSecond }) },
  );
}

/**
 * Drops what no chain needs, the least wanted first, until the first run of missing layers that can be hosted at all
 * fits, and hosts it; whether it could. What no chain needs are shards first, and then the last layers of those that
 * overlap the next one of their chain: to be without them, a shard is loaded anew.
 */
export function makeRoomForMissing(
  view: HostingView,
  node: Contender,
  needed: ReadonlyMap<HostedShard, LayerRange>,
): boolean {
  const demandOf = ({ manifestId }: HostedShard): number =>
    view.wantedModel(manifestId)?.demand ?? 0;
  const spareBytes = (shard: HostedShard): number => {
    const used = needed.get(shard);
    return view.bytesOf(shard) - (used === undefined ? 0 : view.bytesOf({ ...shard, ...used }));
  };
  const spare = view
    .hostedBy(node.peer)
    .filter((shard) => !shard.isPinned && (!needed.has(shard) || spareBytes(shard) > 0))
    .toSorted(
      (a, b) =>
        Number(needed.has(a)) - Number(needed.has(b)) ||
        demandOf(a) - demandOf(b) ||
        view.bytesOf(a) - view.bytesOf(b),
    );
  const most = node.roomBytes + spare.reduce((sum, shard) => sum + spareBytes(shard), 0);
  const target = view.wanted
    .flatMap((model) => view.coverageOf(model).missing.map((range) => ({ model, range })))
    .find(({ model, range }) => fittingPart(model, range, most) !== undefined);
  if (target === undefined) {
    return false;
  }
  const wantedBytes = rangeBytes(target.model, target.range);
  for (const shard of spare) {
    if (node.roomBytes >= wantedBytes) {
      break;
    }
    const used = needed.get(shard);
    view.drop(node, shard);
    if (used !== undefined) {
      view.add(node, { ...shard, ...used }, { isServing: false });
    }
  }
  return fillMissing(view, node);
}

/** Runs of missing layers, the most wanted model's first and from the first layer on, as far as they fit. */
function fillMissing(view: HostingView, node: Contender): boolean {
  let hasFilled = false;
  for (const model of view.wanted) {
    for (const range of view.coverageOf(model).missing) {
      hasFilled = fill(view, node, model, range) || hasFilled;
    }
  }
  return hasFilled;
}

/**
 * Own shards that overlap the gap are on no chain with it: they give way. Those that the chain needs beside it become
 * one shard with it; that interrupts no answer, since a model with a gap gives none.
 */
function fill(view: HostingView, node: Contender, model: WantedModel, range: LayerRange): boolean {
  const own = view
    .hostedBy(node.peer)
    .filter((shard) => shard.manifestId === model.manifestId && !shard.isPinned);
  const inTheWay = own.filter((shard) => overlaps(shard, range));
  const bytes = inTheWay.reduce((sum, shard) => sum + view.bytesOf(shard), node.roomBytes);
  const part = fittingPart(model, range, bytes);
  if (part === undefined) {
    return false;
  }
  const { needed } = view.coverageOf(model);
  const left = own.find((shard) => needed.has(shard) && shard.lastLayer + 1 === part.firstLayer);
  const right = own.find((shard) => needed.has(shard) && shard.firstLayer === part.lastLayer + 1);
  const replaced = [...inTheWay, left, right].filter((shard) => shard !== undefined);
  if (view.hostedBy(node.peer).length - replaced.length >= mostShards) {
    return false;
  }
  replaced.forEach((shard) => view.drop(node, shard));
  const firstLayer = left?.firstLayer ?? part.firstLayer;
  const lastLayer = right?.lastLayer ?? part.lastLayer;
  const { manifestId } = model;
  view.add(node, { manifestId, firstLayer, lastLayer }, { isServing: false });
  return true;
}

/** The shard between joints of complete chains that is worth most, of those that fit into the free memory. */
export function bestThickening(
  view: HostingView,
  node: Contender,
  readBytesPerSecond: number | undefined,
): Candidate | undefined {
  const hosted = view.hostedBy(node.peer);
  let best: Candidate | undefined;
  for (const model of view.wanted) {
    const thickness = view.thicknessOf(model);
    const most = view.mostAdded(model);
    const own = hosted.filter(({ manifestId }) => manifestId === model.manifestId);
    for (const firstLayer of thickness.joints) {
      for (const joint of thickness.joints) {
        const range = { firstLayer, lastLayer: joint - 1 };
        const bound = model.demand * ((most[joint] ?? 0) - (most[firstLayer] ?? 0));
        const isWorthALook = bound > Math.max(best?.gain ?? 0, leastGain * model.demand);
        const fits = joint > firstLayer && rangeBytes(model, range) <= node.roomBytes;
        if (!isWorthALook || !fits || own.some((shard) => overlaps(shard, range))) {
          continue;
        }
        const speed =
          readBytesPerSecond === undefined
            ? undefined
            : readBytesPerSecond / ((joint - firstLayer) * model.layerBytes);
        const assumed = speed ?? assumedSpeed(model.layers, joint - firstLayer);
        const gain = model.demand * worthAdded(thickness, model.demand, range, assumed);
        if (best === undefined || gain > best.gain) {
          best = { ...range, model, tokensPerSecond: speed, gain };
        }
      }
    }
  }
  return best;
}
