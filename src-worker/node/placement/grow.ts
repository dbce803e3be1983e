/** Fills a node's free memory: first with layers that no peer hosts, then with the spans that have the least capacity. */
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

/** Most shards on one node; each has an engine process. */
const mostShards = 16;

/** Missing layers that take at most this share of a node's memory are small for it. */
const smallShare = 0.25;
/** The share of a node's memory for which small models go before those with more demand, so that many of them leave room. */
const mostOfSmall = 0.5;

/** Least gain that is worth a download, as a share of the most that the model's hosting can be worth. */
const leastGain = 0.001;

export type Candidate = LayerRange & {
  readonly model: WantedModel;
  readonly tokensPerSecond: number | undefined;
  /** The gain in worth, weighted by demand in tokens a second. */
  readonly gain: number;
};

/**
 * Adds shards until the memory is full or no more are worth it; returns whether it added any.
 * @param readBytesPerSecond how fast the node reads weights; undefined for peers, where it is not known
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

/** Adds a chosen shard to the view. */
export function place(view: HostingView, node: Contender, candidate: Candidate): void {
  const { model, tokensPerSecond } = candidate;
  view.add(
    node,
    { manifestId: model.manifestId, ...rangeOf(candidate) },
    { isServing: false, ...(tokensPerSecond === undefined ? {} : { tokensPerSecond }) },
  );
}

/**
 * Drops layers that no chain needs, those with the least demand first, until the first run of missing layers that can fit
 * does fit, and hosts it; returns whether it could. Whole shards are dropped first, then the last layers of shards that
 * overlap the next one of their chain; such a shard is loaded again without them.
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
  const target = inOrderFor(view, node)
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

/**
 * The models with demand, in the order in which the node fills their gaps: the smallest first, by their missing layers. The node
 * alone completes a small one and soon has its bytes; its part of a huge one is of no use before others have fetched theirs.
 *
 * 1. Those that are small beside the node's memory, in half of it at most: whoever invents demand for many small ones does not
 *    keep larger ones away.
 * 2. Larger ones whose missing layers fit altogether.
 * 3. Parts of those that do not, and small ones beyond the half, by demand.
 */
function inOrderFor(view: HostingView, { memoryBytes, roomBytes }: Contender): WantedModel[] {
  const small: WantedModel[] = [];
  const larger: WantedModel[] = [];
  const others: WantedModel[] = [];
  let smallBytes = 0;
  for (const { model, bytes } of bySize(view)) {
    if (bytes > smallShare * memoryBytes) {
      (bytes <= roomBytes ? larger : others).push(model);
    } else if (smallBytes + bytes > mostOfSmall * memoryBytes) {
      others.push(model);
    } else {
      smallBytes += bytes;
      small.push(model);
    }
  }
  const rest = new Set(others);
  return [...small, ...larger, ...view.wanted.filter((model) => rest.has(model))];
}

/** The models with demand, from the one whose missing layers take the least memory on; equal ones stay in order of demand. */
function bySize(view: HostingView): { readonly model: WantedModel; readonly bytes: number }[] {
  return view.wanted
    .map((model) => ({
      model,
      bytes: view
        .coverageOf(model)
        .missing.reduce((sum, range) => sum + rangeBytes(model, range), 0),
    }))
    .toSorted((a, b) => a.bytes - b.bytes);
}

/** Hosts runs of missing layers as far as they fit, in the order of `inOrderFor`. */
function fillMissing(view: HostingView, node: Contender): boolean {
  let hasFilled = false;
  for (const model of inOrderFor(view, node)) {
    for (const range of view.coverageOf(model).missing) {
      hasFilled = fill(view, node, model, range) || hasFilled;
    }
  }
  return hasFilled;
}

/**
 * Hosts a run of missing layers, as far as it fits. The node's shards that overlap it cannot be on one chain with it and
 * are dropped. Needed shards directly before and after it are merged with it; that interrupts no answer, because a model
 * with a gap cannot answer.
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

/** The most valuable shard between joints of complete chains that fits into the free memory. */
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
