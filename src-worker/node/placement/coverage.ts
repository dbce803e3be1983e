/**
 * How completely a model is hosted. A chain is made of shards that follow each other; some shards can be cut, so that only
 * their first layers are used, up to the beginning of the next shard. It is therefore not always enough that every layer is
 * hosted somewhere: the chain with the fewest missing layers decides.
 */
import { type LayerRange, modelLimits } from '../../../src-shared/model.ts';

export type CoveringShard = LayerRange & {
  readonly peer: string;
  /** Whether the shard serves already; one that is still being fetched is used only where none serves. */
  readonly isServing: boolean;
  /** Whether a chain may use only the first layers of the shard. */
  readonly canBeCut: boolean;
  readonly tokensPerSecond: number;
};

export type Coverage<S extends CoveringShard> = {
  /** Runs of layers that the best chain lacks. */
  readonly missing: readonly LayerRange[];
  /** The shards of the best chain, and the layers that it uses of each. */
  readonly needed: ReadonlyMap<S, LayerRange>;
};

type Step<S> = {
  readonly missing: number;
  readonly stages: number;
  /** The shard that ends at this boundary; undefined where the layer before it is missing. */
  readonly shard: S | undefined;
};

/**
 * The coverage by the best chain: a shortest path over the boundaries between layers. A path with fewer missing layers is
 * shorter, then one with fewer stages.
 */
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

/** Stores a step to a boundary if it is better than the known one; of equal steps the first one stays. */
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

/**
 * Of shards with the same first layer, the longest that serves and the longest that is being fetched, in this order: the
 * longest can be cut wherever a shorter one can.
 */
function longestOf<S extends CoveringShard>(shards: readonly S[]): S[] {
  const serving = shards.findLast(({ isServing }) => isServing);
  const fetched = shards.findLast(({ isServing }) => !isServing);
  return [serving, fetched].filter((shard) => shard !== undefined);
}

/** One shard of each range: one that serves if possible, then that of the lesser peer id. In order of last layers. */
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
