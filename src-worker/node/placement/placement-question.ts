/** What placement is asked and what it answers. All of it is data: the same question has one answer. */
import type { LayerRange } from '../../../src-shared/model.ts';
import type { PeerRecord } from '../mesh/records/record.ts';
import { beginsModel, endsModel, layerCount } from '../../../src-shared/layers.ts';

/** What hosting a model's layers takes. */
export type PlacementModel = {
  readonly manifestId: string;
  readonly layers: number;
  /** Weights of one layer, and its cache for the context that shards have: bytes. */
  readonly layerBytes: number;
  readonly cacheBytes: number;
  /** On top for the first layer (embedding) and for the last one (head). */
  readonly firstBytes: number;
  readonly lastBytes: number;
  /** On top for every shard: buffers to compute in. */
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
  /** What the owner wants hosted, whatever the mesh wants. */
  readonly pins: readonly Placed[];
  /** Weights that this machine reads in a second, by which the speed of a shard is foretold. */
  readonly readBytesPerSecond: number;
  readonly downloadBytesPerSecond: number;
  /** When this node last dropped a shard of its own accord; absent: never. */
  readonly movedAt?: number | undefined;
};

export type PlacementPeer = { readonly peer: string; readonly record: PeerRecord };

export type PlacementQuestion = {
  readonly own: OwnMachine;
  /** Models that this node can get and that fit its rules; peers' shards of others are not considered. */
  readonly models: readonly PlacementModel[];
  readonly peers: readonly PlacementPeer[];
  /** Manifest id → tokens a second wanted, over the whole mesh. A model without demand is not placed. */
  readonly demand: ReadonlyMap<string, number>;
  /** Milliseconds; peers' clocks may differ by less than an epoch. */
  readonly now: number;
};

export type PlacementPlan = {
  /** All that the node is to host from now on, in no order; what is not in it is to be dropped. */
  readonly shards: readonly Placed[];
  /** Of the hosted ones, those that are not in the plan any more. */
  readonly dropped: readonly Placed[];
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

/** The most of the range, from its first layer on, that fits; undefined where not even one layer does. */
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
