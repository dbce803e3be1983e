/**
 * What can be asked of the part of a model that a shard holds: a run of layers. Callers compare parts by these
 * functions and look inside as little as they can, so that a part may become more than a run of layers. Pure.
 */
import type { LayerRange } from './model.ts';

/** All layers of a model that has so many. */
export function allLayers(layers: number): LayerRange {
  return { firstLayer: 0, lastLayer: layers - 1 };
}

/** The range alone, of something that has one and more. */
export function rangeOf({ firstLayer, lastLayer }: LayerRange): LayerRange {
  return { firstLayer, lastLayer };
}

export function layerCount({ firstLayer, lastLayer }: LayerRange): number {
  return lastLayer - firstLayer + 1;
}

export function isSameRange(one: LayerRange, other: LayerRange): boolean {
  return one.firstLayer === other.firstLayer && one.lastLayer === other.lastLayer;
}

/** Whether all layers of `inner` are in `outer`. */
export function containsLayers(outer: LayerRange, inner: LayerRange): boolean {
  return outer.firstLayer <= inner.firstLayer && inner.lastLayer <= outer.lastLayer;
}

/** Whether `range` begins with all layers of `prefix`: a shard of the one can be used as one of the other. */
export function hasPrefix(range: LayerRange, prefix: LayerRange): boolean {
  return range.firstLayer === prefix.firstLayer && prefix.lastLayer <= range.lastLayer;
}

/** Whether there is a layer that is in both. */
export function overlaps(one: LayerRange, other: LayerRange): boolean {
  return one.firstLayer <= other.lastLayer && other.firstLayer <= one.lastLayer;
}

/** Whether the range begins where the model does: it takes tokens. */
export function beginsModel({ firstLayer }: LayerRange): boolean {
  return firstLayer === 0;
}

/** Whether the range ends where a model of `layers` layers does: it can sample. */
export function endsModel({ lastLayer }: LayerRange, layers: number): boolean {
  return lastLayer === layers - 1;
}

/** Whether the range is all of a model of `layers` layers. */
export function isWholeModel(range: LayerRange, layers: number): boolean {
  return beginsModel(range) && endsModel(range, layers);
}

/** A part of a model, by the model's manifest. */
type ModelPart = LayerRange & { readonly manifestId: string };

export function isSamePart(one: ModelPart, other: ModelPart): boolean {
  return one.manifestId === other.manifestId && isSameRange(one, other);
}

/** The same text for the same part, and another one for others. */
export function partKey(manifestId: string, { firstLayer, lastLayer }: LayerRange): string {
  return `${manifestId} ${firstLayer} ${lastLayer}`;
}
