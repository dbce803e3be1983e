/** The memory that hosting a model takes, for placement: from its manifest, or estimated from its summary. Pure. */
import type { ModelSummary } from '../../../src-shared/model.ts';
import { shardMemory } from '../engines/expected-memory.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { PlacementModel } from '../placement/placement-question.ts';
import { allLayers } from '../../../src-shared/layers.ts';

/** Bytes of compute and output buffers that a shard of any model may take: placement counts too much rather than too little. */
export const assumedBufferBytes = 192 * 1024 * 1024;

/** Sessions for which recurrent layers keep a state. */
const assumedSessions = 8;

/** Estimated cache bytes for each value of width: f16 keys and values, which most models keep for a quarter of their heads. */
const assumedCacheBytesPerValue = 1;

/** @param contextLength cache cells of a shard, in tokens */
export function placementModel(
  manifest: Manifest,
  id: string,
  contextLength: number,
): PlacementModel {
  const { tensors, layers } = manifest;
  const cells = Math.min(contextLength, manifest.contextLength);
  const size = { contextLength: cells, maxSessions: assumedSessions };
  const { layerBytes } = shardMemory(tensors, allLayers(layers), layers, size);
  const ofLayers = new Map<string, number>();
  let firstBytes = 0;
  let lastBytes = 0;
  let hasHead = false;
  for (const { name, size } of tensors) {
    const [layer] = /^blk\.\d+\./.exec(name) ?? [];
    if (layer !== undefined) {
      ofLayers.set(layer, (ofLayers.get(layer) ?? 0) + size);
    } else if (name === 'token_embd.weight') {
      firstBytes = size;
    } else {
      hasHead ||= name === 'output.weight';
      lastBytes += size;
    }
  }
  const weightBytes = [...ofLayers.values()];
  const cacheBytes = sum(layerBytes) - sum(weightBytes);
  return {
    manifestId: id,
    layers,
    // The largest layer counts, so that shards that should fit do fit.
    layerBytes: Math.max(0, ...weightBytes),
    cacheBytes: Math.ceil(cacheBytes / layers),
    firstBytes,
    // A model without an output matrix uses the embedding as one.
    lastBytes: lastBytes + (hasHead ? 0 : firstBytes),
    shardBytes: assumedBufferBytes,
  };
}

/** An estimate from the summary, good enough to decide whether to fetch the manifest. */
export function assumedModel(summary: ModelSummary, contextLength: number): PlacementModel {
  const { manifestId, layers, sizeBytes, width } = summary;
  const cells = Math.min(contextLength, summary.contextLength);
  return {
    manifestId,
    layers,
    layerBytes: Math.ceil(sizeBytes / layers),
    cacheBytes: width * cells * assumedCacheBytesPerValue,
    firstBytes: 0,
    lastBytes: 0,
    shardBytes: assumedBufferBytes,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
