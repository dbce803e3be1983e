/**
 * Functions on the part of a model that a shard has: a run of layers. Callers use these functions and do not look
 * inside a part, so that a part may one day be more than a run of layers. Pure.
 */
import type { LayerRange } from './model.ts';

/** All layers of a model with this number of layers. */
export function allLayers(layers: number): LayerRange {
  return { firstLayer: 0, lastLayer: layers - 1 };
}

/** The range alone, out of an object that has more fields. */
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

/** Whether `range` begins with all layers of `prefix`, so that a shard of `range` can serve as one of `prefix`. */
export function hasPrefix(range: LayerRange, prefix: LayerRange): boolean {
  return range.firstLayer === prefix.firstLayer && prefix.lastLayer <= range.lastLayer;
}

/** Whether any layer is in both. */
export function overlaps(one: LayerRange, other: LayerRange): boolean {
  return one.firstLayer <= other.lastLayer && other.firstLayer <= one.lastLayer;
}

/** Whether the range has the model's first layer, which takes tokens. */
export function beginsModel({ firstLayer }: LayerRange): boolean {
  return firstLayer === 0;
}

/** Whether the range has the last layer of a model of `layers` layers, so that it can sample. */
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

/** A key for maps and sets: equal parts have equal keys. */
export function partKey(manifestId: string, { firstLayer, lastLayer }: LayerRange): string {
  return `${manifestId} ${firstLayer} ${lastLayer}`;
}
