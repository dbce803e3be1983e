/**
 * The memory that a shard will take, from its model's manifest: known before the first load, so that a machine without room
 * need not load the shard to find out. Pure.
 */
import type { LayerRange } from '../../../src-shared/model.ts';
import { stageRoleOf } from '../../wire/stage-role.ts';
import {
  bufferBytes,
  type CacheSize,
  pipelineBytes,
  stateBytes,
  type Tensor,
  unusedHeadBytes,
} from './buffer-memory.ts';

/** llama.cpp keeps keys and values as f16. */
const cacheValueBytes = 2;

/** Tensors that only recurrent layers have: their query, key and value matrix makes no cache. */
const recurrent = /\.(?:ssm_|shortconv\.)/;

const embedding = 'token_embd.weight';
const head = 'output.weight';

/** What a shard's parts take, in bytes. */
export type ShardMemory = {
  /** The token embeddings, which llama.cpp always leaves to the processor. */
  readonly inputBytes: number;
  /** Weights and cache of each layer. */
  readonly layerBytes: readonly number[];
  /** The output matrix and all else that is of no layer. */
  readonly outputBytes: number;
  /** The token embeddings where llama.cpp takes them for the output matrix too: a device has a copy of its own. */
  readonly copiedBytes: number;
  readonly bufferBytes: number;
  /** More of them on each of several devices that have all layers together. */
  readonly pipelineBytes: number;
  /** The largest single tensor of the KV cache. */
  readonly largestCacheBytes: number;
};

/**
 * @param totalLayers layers of the whole model, to which `tensors` belong
 */
export function shardMemory(
  tensors: readonly Tensor[],
  { firstLayer, lastLayer }: LayerRange,
  totalLayers: number,
  cache: CacheSize,
): ShardMemory {
  const isFirst = firstLayer === 0;
  const isLast = lastLayer === totalLayers - 1;
  const hasHead = tensors.some(({ name }) => name === head);
  const count = lastLayer - firstLayer + 1;
  const layers = Array.from({ length: count }, (): Tensor[] => []);
  let inputBytes = 0;
  const role = stageRoleOf({ firstLayer, lastLayer }, totalLayers);
  const unusedBytes = unusedHeadBytes(tensors, role);
  const takesEmbedding = role === 'first' ? unusedBytes === 0 : role === 'whole' && !hasHead;
  let outputBytes = unusedBytes;
  for (const tensor of tensors) {
    const layer = layerOf(tensor);
    if (layer !== undefined) {
      layers[layer - firstLayer]?.push(tensor);
    } else if (tensor.name === embedding) {
      // A model without an output matrix uses the embedding as one.
      inputBytes += isFirst ? tensor.size : 0;
      outputBytes += isLast && !hasHead && !isFirst ? tensor.size : 0;
    } else if (tensor.name !== head || isLast) {
      outputBytes += tensor.size;
    }
  }
  const cellBytes = cacheValueBytes * cache.contextLength;
  const caches = layers.map(cacheWidths);
  return {
    inputBytes,
    layerBytes: layers.map(
      (own, index) =>
        own.reduce((sum, { size }) => sum + size, 0) +
        cellBytes * total(caches[index] ?? []) +
        stateBytes(own, cache),
    ),
    outputBytes,
    copiedBytes: takesEmbedding ? inputBytes : 0,
    bufferBytes: bufferBytes(tensors, cache, role),
    pipelineBytes: pipelineBytes(tensors, cache, role),
    largestCacheBytes: cellBytes * Math.max(0, ...caches.flat()),
  };
}

/** Bytes of weights, KV cache and buffers, as ShardStatus' `memoryBytes` counts them. */
export function expectedMemoryBytes(...parameters: Parameters<typeof shardMemory>): number {
  const memory = shardMemory(...parameters);
  return memory.inputBytes + total(memory.layerBytes) + memory.outputBytes + memory.bufferBytes;
}

/**
 * What of it is on graphics devices.
 *
 * @param deviceLayers how many of the last layers, the output counted as one, they take; null: all
 */
export function deviceBytes(memory: ShardMemory, deviceLayers: number | null): number {
  const { layerBytes, outputBytes, copiedBytes } = memory;
  const layers = Math.min(deviceLayers ?? Infinity, layerBytes.length + 1);
  const onDevice = layerBytes.slice(layerBytes.length + 1 - layers);
  return layers === 0 ? 0 : outputBytes + copiedBytes + total(onDevice) + memory.bufferBytes;
}

/**
 * What of it is in the computer's memory while the other layers are on devices with a memory of their own.
 *
 * @param deviceLayers as in `deviceBytes`, no null
 */
export function processorBytes(memory: ShardMemory, deviceLayers: number): number {
  const { inputBytes, layerBytes, outputBytes } = memory;
  const here = layerBytes.length + 1 - deviceLayers;
  return here <= 0
    ? inputBytes
    : inputBytes +
        total(layerBytes.slice(0, here)) +
        (deviceLayers === 0 ? outputBytes : 0) +
        memory.bufferBytes;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function layerOf({ name }: Tensor): number | undefined {
  const [, number] = /^blk\.(\d{1,5})\./.exec(name) ?? [];
  return number === undefined ? undefined : Number(number);
}

/**
 * How many values a layer caches for each token, tensor by tensor: keys and values, each as wide as the matrix that makes
 * them has rows; with one common matrix, its rows without the queries, which are as wide as the output matrix' rows are
 * long, half of them keys; or the compressed form from which keys and values are made later (DeepSeek). A layer with none
 * of these caches nothing, and neither does a recurrent one, whose state has one size whatever it has read.
 */
function cacheWidths(tensors: readonly Tensor[]): number[] {
  if (tensors.some(({ name }) => recurrent.test(name))) {
    return [];
  }
  const shapeOf = (part: string): readonly number[] | undefined =>
    tensors.find(({ name }) => name.endsWith(`.${part}.weight`))?.shape;
  const rows = (part: string): number => shapeOf(part)?.[1] ?? 0;
  const queries = shapeOf('attn_output')?.[0] ?? 0;
  const common = Math.max(0, rows('attn_qkv') - queries);
  const widths = [rows('attn_k'), rows('attn_v'), common / 2, common / 2].filter(
    (each) => each > 0,
  );
  return widths.length > 0 ? widths : [rows('attn_kv_a_mqa')];
}
