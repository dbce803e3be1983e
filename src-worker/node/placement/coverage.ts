/**
 * How completely a model is hosted. Shards join only end to end, so it is not enough that every layer is
 * hosted somewhere: what counts is the chain with the fewest layers missing.
 */
import { type LayerRange, modelLimits } from '../../../src-shared/model.ts';

export type CoveringShard = LayerRange & {
  readonly peer: string;
  /** Whether it serves already; one that is still being fetched stands behind one that serves. */
  readonly isServing: boolean;
  readonly tokensPerSecond: number;
};

export type Coverage<S extends CoveringShard> = {
  /** Layers that the best chain lacks, in runs. */
  readonly missing: readonly LayerRange[];
  /** The shards of that chain: nobody else is needed for the layers to be hosted. */
  readonly needed: ReadonlySet<S>;
};

type Step<S> = {
  readonly missing: number;
  readonly stages: number;
  /** Undefined: the layer before is missing. */
  readonly shard: S | undefined;
};

/** A shortest path over the layers' boundaries: a missing layer is dearest, then every stage, then the peer's id. */
export function coverageOf<S extends CoveringShard>(
  shards: readonly S[],
  layers: number,
): Coverage<S> {
  const byFirst = Map.groupBy(onePerRange(shards), ({ firstLayer }) => firstLayer);
  const steps: Step<S>[] = [{ missing: 0, stages: 0, shard: undefined }];
  for (let layer = 0; layer < layers; layer += 1) {
    const from = steps[layer];
    if (from === undefined) {
      continue;
    }
    const { missing, stages } = from;
    offer(steps, layer + 1, { missing: missing + 1, stages, shard: undefined });
    for (const shard of byFirst.get(layer) ?? []) {
      if (shard.lastLayer < layers) {
        offer(steps, shard.lastLayer + 1, { missing, stages: stages + 1, shard });
      }
    }
  }
  return traceBack(steps, layers);
}

/** The best sum over all layers' boundaries comes first; of equals, the first one offered stays. */
function offer<S>(steps: Step<S>[], boundary: number, step: Step<S>): void {
  const known = steps[boundary];
  if (
    known === undefined ||
    step.missing < known.missing ||
    (step.missing === known.missing && step.stages < known.stages)
  ) {
    steps[boundary] = step;
  }
}

function traceBack<S extends CoveringShard>(
  steps: readonly Step<S>[],
  layers: number,
): Coverage<S> {
  const needed = new Set<S>();
  const missing: LayerRange[] = [];
  for (let boundary = layers; boundary > 0;) {
    const shard = steps[boundary]?.shard;
    if (shard !== undefined) {
      needed.add(shard);
      boundary = shard.firstLayer;
      continue;
    }
    const last = boundary - 1;
    while (boundary > 0 && steps[boundary]?.shard === undefined) {
      boundary -= 1;
    }
    missing.push({ firstLayer: boundary, lastLayer: last });
  }
  return { missing: missing.toReversed(), needed };
}

/** Of shards with the same layers one is enough: one that serves, then the lesser peer id. In order of last layers. */
function onePerRange<S extends CoveringShard>(shards: readonly S[]): S[] {
  const best = new Map<number, S>();
  for (const shard of shards) {
    const range = shard.firstLayer * (modelLimits.layers + 1) + shard.lastLayer;
    const known = best.get(range);
    if (known === undefined || goesBefore(shard, known)) {
      best.set(range, shard);
    }
  }
  return [...best.values()].toSorted((a, b) => a.lastLayer - b.lastLayer);
}

function goesBefore(a: CoveringShard, b: CoveringShard): boolean {
  return a.isServing === b.isServing ? a.peer < b.peer : a.isServing;
}
