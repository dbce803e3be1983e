/** The model to measure: one that this machine computes alone. Pure. */
import type { NodeStatus, ShardStatus } from '../../src-shared/api/node-status.ts';

export type BenchmarkModel = { readonly manifestId: string; readonly name: string };

/** Of those hosted here with all their layers, one that is loaded before one that is not, then the largest. */
export function benchmarkModel({
  shards,
  models,
}: Pick<NodeStatus, 'shards' | 'models'>): BenchmarkModel | undefined {
  const whole = shards.flatMap((shard) => {
    const model = models.find(({ manifestId }) => manifestId === shard.manifestId);
    const isWhole =
      model !== undefined && shard.firstLayer === 0 && shard.lastLayer === model.layers - 1;
    return isWhole && shard.state !== 'faulted'
      ? [{ manifestId: shard.manifestId, name: shard.model, shard, sizeBytes: model.sizeBytes }]
      : [];
  });
  return whole.toSorted(
    (a, b) => Number(isLoaded(b.shard)) - Number(isLoaded(a.shard)) || b.sizeBytes - a.sizeBytes,
  )[0];
}

function isLoaded({ state }: ShardStatus): boolean {
  return state === 'serving';
}
