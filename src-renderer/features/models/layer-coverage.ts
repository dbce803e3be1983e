/** The layers of a model and the machines that host them, for the bar that shows it. */
import type { LayerRange } from '../../../src-shared/model.ts';
import type { NodeStatus, ShardStatus } from '../../../src-shared/api/node-status.ts';

/** `idle`: on this machine, but not loaded while it does not work. */
export type LayerHolder = 'here' | 'peer' | 'idle' | 'nobody';

/** A run of layers with the same holder; both ends included, zero-based. */
export interface LayerRun extends LayerRange {
  readonly holder: LayerHolder;
}

/** Turns the holder of each layer into runs. */
function runsOf(layers: number, holderOf: (layer: number) => LayerHolder): LayerRun[] {
  const runs: LayerRun[] = [];
  for (let layer = 0; layer < layers; layer += 1) {
    const holder = holderOf(layer);
    const last = runs.at(-1);
    if (last?.holder === holder) {
      runs[runs.length - 1] = { ...last, lastLayer: layer };
    } else {
      runs.push({ firstLayer: layer, lastLayer: layer, holder });
    }
  }
  return runs;
}

const holds = (range: LayerRange, layer: number): boolean =>
  range.firstLayer <= layer && layer <= range.lastLayer;

/**
 * The runs of a model's layers by their present holder: this machine, else peers, else this machine's own idle
 * layers.
 */
export function layerCoverage(
  model: { readonly manifestId: string; readonly layers: number },
  node: Pick<NodeStatus, 'shards' | 'peers'>,
): LayerRun[] {
  const sameModel = (shard: { manifestId: string }): boolean =>
    shard.manifestId === model.manifestId;
  const own = node.shards.filter(sameModel);
  const here = own.filter(({ state }) => state === 'serving');
  const idle = own.filter(({ state }) => state === 'idle');
  const peers = node.peers.flatMap((peer) => (peer.connected ? peer.shards.filter(sameModel) : []));
  return runsOf(model.layers, (layer) => {
    if (here.some((range) => holds(range, layer))) {
      return 'here';
    }
    if (peers.some((range) => holds(range, layer))) {
      return 'peer';
    }
    return idle.some((range) => holds(range, layer)) ? 'idle' : 'nobody';
  });
}

/** How many computers host the layer with the fewest holders, including this one. */
export function leastHolders(
  model: { readonly manifestId: string; readonly layers: number },
  node: Pick<NodeStatus, 'shards' | 'peers'>,
): number {
  const holders = [
    node.shards.filter(({ state }) => state === 'serving'),
    ...node.peers.filter(({ connected }) => connected).map(({ shards }) => shards),
  ].map((shards) => shards.filter(({ manifestId }) => manifestId === model.manifestId));
  const counts = Array.from(
    { length: model.layers },
    (_, layer) => holders.filter((ranges) => ranges.some((range) => holds(range, layer))).length,
  );
  return Math.min(...counts);
}

/**
 * Whether all layers that no computer has loaded are on this one: in the model's file, or in a shard that is idle,
 * loading or failed.
 */
export function missingLayersAreHere(
  model: { readonly manifestId: string; readonly layers: number; readonly path: string | null },
  node: Pick<NodeStatus, 'shards' | 'peers'>,
): boolean {
  const shards = node.shards.map((shard) => ({ ...shard, state: 'serving' as const }));
  return model.path !== null || leastHolders(model, { ...node, shards }) > 0;
}

/** The runs of a model's layers, for one shard of this machine. */
export function shardCoverage(
  layers: number,
  shard: LayerRange & { readonly state: ShardStatus['state'] },
): LayerRun[] {
  const holder = shard.state === 'idle' ? 'idle' : 'here';
  return runsOf(layers, (layer) => (holds(shard, layer) ? holder : 'nobody'));
}
