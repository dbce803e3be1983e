/**
 * What a model's hosting is worth to those who ask for it, as one number that grows when a thin span becomes
 * thicker. Layer by layer, since the slowest span decides how fast a chain is; with a root, so that the thinnest span gains
 * most; and never more than enough, so that no node fetches what no one needs.
 *
 * The idea of judging blocks by the sum of their hosts' throughput, and of moving to where it is least, is that of
 * Petals (Borzunov et al., "Distributed Inference and Fine-tuning of Large Language Models Over The Internet", 2023,
 * appendix D). There any server may use a part of another's span; here a shard is used from its first layer on, so only
 * what complete chains use of it counts.
 */
import type { LayerRange } from '../../../src-shared/model.ts';
import type { CoveringShard } from './coverage.ts';

/** Capacity beyond demand times this is worth nothing more. */
const headroom = 2;
/** Peers that every layer should have: one may fail. */
const wantedHolders = 2;

export type Thickness = {
  /** Tokens a second that the hosts of each layer can compute together, and how many peers they are. */
  readonly capacity: readonly number[];
  readonly holders: readonly number[];
  /** Layers before which, or after the last of which, shards on complete chains meet. */
  readonly joints: readonly number[];
};

export function thicknessOf(shards: readonly CoveringShard[], layers: number): Thickness {
  const capacity = Array.from({ length: layers }, () => 0);
  const holding = Array.from({ length: layers }, () => new Set<string>());
  const joints = new Set<number>();
  for (const { shard, end } of liveParts(shards, layers)) {
    const { firstLayer, tokensPerSecond, peer } = shard;
    joints.add(firstLayer).add(end);
    for (let layer = firstLayer; layer < end; layer += 1) {
      capacity[layer] = (capacity[layer] ?? 0) + tokensPerSecond;
      holding[layer]?.add(peer);
    }
  }
  return {
    capacity,
    holders: holding.map(({ size }) => size),
    joints: [...joints].toSorted((a, b) => a - b),
  };
}

/** From 0 (no peer hosts it) to 1 (enough for all demand, with a spare for every layer). */
export function worthOf({ capacity, holders }: Thickness, demand: number): number {
  const sum = capacity.reduce(
    (total, tokens, layer) => total + layerWorth(tokens, holders[layer] ?? 0, demand),
    0,
  );
  return sum / Math.max(1, capacity.length);
}

/** What `worthOf` grows by when one more peer computes these layers at this speed. */
export function worthAdded(
  { capacity, holders }: Thickness,
  demand: number,
  { firstLayer, lastLayer }: LayerRange,
  tokensPerSecond: number,
): number {
  let sum = 0;
  for (let layer = firstLayer; layer <= lastLayer; layer += 1) {
    const tokens = capacity[layer] ?? 0;
    const peers = holders[layer] ?? 0;
    sum +=
      layerWorth(tokens + tokensPerSecond, peers + 1, demand) - layerWorth(tokens, peers, demand);
  }
  return sum / Math.max(1, capacity.length);
}

/**
 * What more peers, however fast, could add to layers 0 to n - 1, for every n: the bound for a run of layers is the
 * difference of two. With it most candidates need no closer look.
 */
export function mostAdded({ capacity, holders }: Thickness, demand: number): number[] {
  const sums = [0];
  for (const [layer, tokens] of capacity.entries()) {
    const peers = holders[layer] ?? 0;
    const most = layerWorth(Infinity, peers + 1, demand) - layerWorth(tokens, peers, demand);
    sums.push((sums[layer] ?? 0) + most / capacity.length);
  }
  return sums;
}

function layerWorth(tokensPerSecond: number, holders: number, demand: number): number {
  const speed = demand > 0 ? Math.min(1, tokensPerSecond / (headroom * demand)) : 1;
  return (Math.sqrt(speed) + Math.min(holders, wantedHolders) / wantedHolders) / 2;
}

/** What is used of each shard on chains from the first layer to the last: as much of it as some chain uses. */
function liveParts(
  shards: readonly CoveringShard[],
  layers: number,
): { readonly shard: CoveringShard; readonly end: number }[] {
  const byFirst = Map.groupBy(
    shards.filter(({ lastLayer }) => lastLayer < layers),
    ({ firstLayer }) => firstLayer,
  );
  const isFromStart = new Uint8Array(layers + 1);
  isFromStart[0] = 1;
  for (let layer = 0; layer < layers; layer += 1) {
    for (const { lastLayer, canBeCut } of isFromStart[layer] === 1
      ? (byFirst.get(layer) ?? [])
      : []) {
      isFromStart.fill(1, canBeCut ? layer + 1 : lastLayer + 1, lastLayer + 2);
    }
  }
  /** For each boundary the last one that is not behind it from which a chain goes to the end; -1 where there is none. */
  const toEnd = new Int32Array(layers + 1).fill(-1);
  const endOf = ({ firstLayer, lastLayer, canBeCut }: CoveringShard): number | undefined => {
    const end = toEnd[lastLayer + 1] ?? -1;
    return end > firstLayer && (canBeCut || end === lastLayer + 1) ? end : undefined;
  };
  toEnd[layers] = layers;
  for (let layer = layers - 1; layer >= 0; layer -= 1) {
    if (byFirst.get(layer)?.some((shard) => endOf(shard) !== undefined) === true) {
      for (let boundary = layer; boundary <= layers && (toEnd[boundary] ?? 0) < 0; boundary += 1) {
        toEnd[boundary] = layer;
      }
    }
  }
  return [...byFirst.values()].flat().flatMap((shard) => {
    const end = isFromStart[shard.firstLayer] === 1 ? endOf(shard) : undefined;
    return end === undefined ? [] : [{ shard, end }];
  });
}
