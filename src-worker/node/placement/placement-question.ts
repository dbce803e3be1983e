/** Input and output of placement. All of it is data: the same input always gives the same plan. */
import type { LayerRange } from '../../../src-shared/model.ts';
import type { PeerRecord } from '../mesh/records/record.ts';
import { beginsModel, endsModel, layerCount } from '../../../src-shared/layers.ts';

/** The memory that hosting a model's layers takes, in bytes. */
export type PlacementModel = {
  readonly manifestId: string;
  readonly layers: number;
  /** The weights of one layer, and its KV cache for the context of a shard. */
  readonly layerBytes: number;
  readonly cacheBytes: number;
  /** In addition for the first layer (embedding) and for the last one (output head). */
  readonly firstBytes: number;
  readonly lastBytes: number;
  /** In addition for every shard: compute buffers. */
  readonly shardBytes: number;
};

export type Placed = LayerRange & { readonly manifestId: string };

/** A shard that this node hosts, fetches or loads. */
export type OwnShard = Placed & { readonly tokensPerSecond: number };

export type OwnMachine = {
  readonly peer: string;
  /** Memory for shards, used or not. */
  readonly memoryBytes: number;
  readonly shards: readonly OwnShard[];
  /** The shards that the owner set; they are always hosted. */
  readonly pins: readonly Placed[];
  /** How fast this machine reads weights, from which the speed of a shard is predicted. */
  readonly readBytesPerSecond: number;
  readonly downloadBytesPerSecond: number;
  /** When placement last made this node drop a shard, on the clock of `now`; absent: never. */
  readonly movedAt?: number | undefined;
};

export type PlacementPeer = { readonly peer: string; readonly record: PeerRecord };

export type PlacementQuestion = {
  readonly own: OwnMachine;
  /** Models that this node can fetch and its rules allow; other models are not considered. */
  readonly models: readonly PlacementModel[];
  readonly peers: readonly PlacementPeer[];
  /** The demand of the whole mesh by manifest id, in tokens a second. A model without demand is not placed. */
  readonly demand: ReadonlyMap<string, number>;
  /** Milliseconds; peers' clocks may differ by less than an epoch. */
  readonly now: number;
};

export type PlacementPlan = {
  /** All shards that the node is to host from now on, in no order; any other shard is to be dropped. */
  readonly shards: readonly Placed[];
  /** The hosted shards that are not in the plan. */
  readonly dropped: readonly Placed[];
  /** Those of the plan that are not hosted, in the order in which they are to be fetched: the smallest first. */
  readonly added: readonly Placed[];
};

/** Memory that a range takes, in bytes. */
export function rangeBytes(model: PlacementModel, range: LayerRange): number {
  return (
    layerCount(range) * (model.layerBytes + model.cacheBytes) +
    model.shardBytes +
    (beginsModel(range) ? model.firstBytes : 0) +
    (endsModel(range, model.layers) ? model.lastBytes : 0)
  );
}

/** The longest part of the range from its first layer on that fits; undefined where not even one layer does. */
export function fittingPart(
  model: PlacementModel,
  range: LayerRange,
  bytes: number,
): LayerRange | undefined {
  const perLayer = model.layerBytes + model.cacheBytes;
  const { firstLayer } = range;
  const atFirst = model.shardBytes + (beginsModel(range) ? model.firstBytes : 0);
  const count = Math.min(layerCount(range), Math.floor((bytes - atFirst) / perLayer));
  for (let last = firstLayer + count - 1; last >= firstLayer; last -= 1) {
    const part = { firstLayer, lastLayer: last };
    if (rangeBytes(model, part) <= bytes) {
      return part;
    }
  }
  return undefined;
}
