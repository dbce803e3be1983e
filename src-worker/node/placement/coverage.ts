/**
 * How completely a model is hosted. Shards join end to end, or where one of them is used for its first layers alone up
 * to where another begins, so it is not always enough that every layer is hosted somewhere: what counts is the chain
 * with the fewest layers missing.
 */
import { type LayerRange, modelLimits } from '../../../src-shared/model.ts';

export type CoveringShard = LayerRange & {
  readonly peer: string;
  /** Whether it serves already; one that is still being fetched stands behind one that serves. */
  readonly isServing: boolean;
  /** Whether it may be used up to a layer before its last one. */
  readonly canBeCut: boolean;
  readonly tokensPerSecond: number;
};

export type Coverage<S extends CoveringShard> = {
  /** Layers that the best chain lacks, in runs. */
  readonly missing: readonly LayerRange[];
  /** The shards of that chain, and what it uses of each: no other peer is needed for the layers to be hosted. */
  readonly needed: ReadonlyMap<S, LayerRange>;
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
  const byFirst = Map.groupBy(onePerRange(shards, layers), ({ firstLayer }) => firstLayer);
  const cuttable = onePerRange(
    shards.filter(({ canBeCut }) => canBeCut),
    layers,
  );
  const cuttableByFirst = Map.groupBy(cuttable, ({ firstLayer }) => firstLayer);
  const starts = [...byFirst.keys()].toSorted((a, b) => a - b);
  const steps: Step<S>[] = [{ missing: 0, stages: 0, shard: undefined }];
  for (let layer = 0; layer < layers; layer += 1) {
    const from = steps[layer];
    if (from === undefined) {
      continue;
    }
    const { missing, stages } = from;
    offer(steps, layer + 1, { missing: missing + 1, stages, shard: undefined });
    for (const shard of byFirst.get(layer) ?? []) {
      offer(steps, shard.lastLayer + 1, { missing, stages: stages + 1, shard });
    }
    for (const shard of longestOf(cuttableByFirst.get(layer) ?? [])) {
      for (const start of starts) {
        if (start > layer && start <= shard.lastLayer) {
          offer(steps, start, { missing, stages: stages + 1, shard });
        }
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
  const needed = new Map<S, LayerRange>();
  const missing: LayerRange[] = [];
  for (let boundary = layers; boundary > 0;) {
    const shard = steps[boundary]?.shard;
    if (shard !== undefined) {
      needed.set(shard, { firstLayer: shard.firstLayer, lastLayer: boundary - 1 });
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

/** Of shards that begin alike the longest one can be cut wherever a shorter one can; one that serves goes first. */
function longestOf<S extends CoveringShard>(shards: readonly S[]): S[] {
  const serving = shards.findLast(({ isServing }) => isServing);
  const fetched = shards.findLast(({ isServing }) => !isServing);
  return [serving, fetched].filter((shard) => shard !== undefined);
}

/** Of shards with the same layers one is enough: one that serves, then the lesser peer id. In order of last layers. */
function onePerRange<S extends CoveringShard>(shards: readonly S[], layers: number): S[] {
  const best = new Map<number, S>();
  for (const shard of shards) {
    if (shard.lastLayer >= layers) {
      continue;
    }
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
