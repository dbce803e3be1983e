/**
 * The worth of a model's hosting for its demand, as one number that grows when layers with little capacity get more. It is
 * a sum over layers, because the slowest span decides the speed of a chain. It grows with the square root of capacity, so
 * that the layers with the least gain most. It has a maximum, so that no node fetches layers that are not needed.
 *
 * The idea of judging blocks by the sum of their hosts' throughput, and of moving to where it is least, is that of
 * Petals (Borzunov et al., "Distributed Inference and Fine-tuning of Large Language Models Over The Internet", 2023,
 * appendix D). There a chain may use any part of a server's span; here it uses a shard from its first layer on, so only
 * the layers that complete chains use count.
 */
import type { LayerRange } from '../../../src-shared/model.ts';
import type { CoveringShard } from './coverage.ts';

/** Capacity above this multiple of the demand adds no worth. */
const headroom = 2;
/** Number of peers that should host every layer, so that one may fail. */
const wantedHolders = 2;

export type Thickness = {
  /** For each layer, the tokens a second that its hosts can compute together, and the number of hosts. */
  readonly capacity: readonly number[];
  readonly holders: readonly number[];
  /** The boundaries between layers at which shards of complete chains begin or end. */
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

/** The worth, from 0 (no peer hosts the model) to 1 (enough for all demand, with a spare host for every layer). */
export function worthOf({ capacity, holders }: Thickness, demand: number): number {
  const sum = capacity.reduce(
    (total, tokens, layer) => total + layerWorth(tokens, holders[layer] ?? 0, demand),
    0,
  );
  return sum / Math.max(1, capacity.length);
}

/** How much `worthOf` grows when one more peer computes these layers at this speed. */
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
 * For every n, the most worth that one more peer, however fast, can add to layers 0 to n - 1. The bound for a run of
 * layers is the difference of two; it rules out most candidates cheaply.
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

/** The part of each shard that complete chains use: up to the last layer that any of them uses. */
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
  /** For each boundary, the last boundary at or before it from which a chain reaches the last layer; -1 where there is none. */
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
