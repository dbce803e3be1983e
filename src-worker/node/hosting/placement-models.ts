/** The memory that hosting a model takes, for placement: from its manifest, or estimated from its summary. Pure. */
import type { ModelSummary } from '../../../src-shared/model.ts';
import { bufferBytes, expectedMemoryBytes } from '../engines/expected-memory.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { PlacementModel } from '../placement/placement-question.ts';
import { allLayers } from '../../../src-shared/layers.ts';

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
  const all = allLayers(layers);
  const cacheBytes =
    expectedMemoryBytes(tensors, all, layers, cells) - expectedMemoryBytes(tensors, all, layers, 0);
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
  return {
    manifestId: id,
    layers,
    // The largest layer counts, so that shards that should fit do fit.
    layerBytes: Math.max(0, ...ofLayers.values()),
    cacheBytes: Math.ceil(cacheBytes / layers),
    firstBytes,
    // A model without an output matrix uses the embedding as one.
    lastBytes: lastBytes + (hasHead ? 0 : firstBytes),
    shardBytes: bufferBytes,
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
    shardBytes: bufferBytes,
  };
}
