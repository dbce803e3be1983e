/** What hosting a model takes, as placement counts it: from its manifest, or from its summary before that is here. Pure. */
import type { ModelSummary } from '../../../src-shared/model.ts';
import { bufferBytes, expectedMemoryBytes } from '../engines/expected-memory.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { PlacementModel } from '../placement/placement-question.ts';
import { allLayers } from '../../../src-shared/layers.ts';

/** Keys and values as f16; most models keep them for a quarter of their heads or less. */
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
    // The largest one, so that what is thought to fit does.
    layerBytes: Math.max(0, ...ofLayers.values()),
    cacheBytes: Math.ceil(cacheBytes / layers),
    firstBytes,
    // A model without a head of its own uses the embedding for it.
    lastBytes: lastBytes + (hasHead ? 0 : firstBytes),
    shardBytes: bufferBytes,
  };
}

/** Near enough to decide whether to look closer. */
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
