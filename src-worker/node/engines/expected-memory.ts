/**
 * The memory that a shard will take, from its model's manifest: known before the first load, so that a machine without room
 * need not load the shard to find out. Pure.
 */
import type { LayerRange } from '../../../src-shared/model.ts';
import type { Manifest } from '../manifests/manifest.ts';

type Tensor = Pick<Manifest['tensors'][number], 'name' | 'shape' | 'size'>;

/** llama.cpp keeps keys and values as f16. */
const cacheValueBytes = 2;
/**
 * Bytes of compute and output buffers. llama.cpp reports 20 to 70 MB for models of 0.04 to 1.5 GB with a cache of 8192 tokens,
 * and up to 160 MB for logits where a shard outputs hidden states, see batch-size.ts.
 */
export const bufferBytes = 192 * 1024 * 1024;

const embedding = 'token_embd.weight';
const head = 'output.weight';

/**
 * Bytes of weights, KV cache and buffers, as ShardStatus' `memoryBytes` counts them.
 *
 * @param totalLayers layers of the whole model, to which `tensors` belong
 * @param contextLength cache cells, in tokens
 */
export function expectedMemoryBytes(
  tensors: readonly Tensor[],
  { firstLayer, lastLayer }: LayerRange,
  totalLayers: number,
  contextLength: number,
): number {
  const isFirst = firstLayer === 0;
  const isLast = lastLayer === totalLayers - 1;
  const hasHead = tensors.some(({ name }) => name === head);
  let weightBytes = 0;
  const layers = new Map<number, Tensor[]>();
  for (const tensor of tensors) {
    const layer = layerOf(tensor);
    if (layer !== undefined) {
      if (layer >= firstLayer && layer <= lastLayer) {
        weightBytes += tensor.size;
        layers.set(layer, [...(layers.get(layer) ?? []), tensor]);
      }
    } else if (tensor.name === embedding) {
      // A model without an output matrix uses the embedding as one.
      weightBytes += isFirst || (isLast && !hasHead) ? tensor.size : 0;
    } else if (tensor.name !== head || isLast) {
      weightBytes += tensor.size;
    }
  }
  const cacheWidths = [...layers.values()].map(cacheWidth);
  const cellBytes = cacheValueBytes * cacheWidths.reduce((sum, width) => sum + width, 0);
  return weightBytes + cellBytes * contextLength + bufferBytes;
}

function layerOf({ name }: Tensor): number | undefined {
  const [, number] = /^blk\.(\d{1,5})\./.exec(name) ?? [];
  return number === undefined ? undefined : Number(number);
}

/**
 * How many values a layer caches for each token: keys and values, each as wide as the matrix that makes them has rows; with
 * one common matrix, its rows without the queries, which are as wide as the output matrix' rows are long; or the
 * compressed form from which keys and values are made later (DeepSeek). A layer with none of these caches nothing.
 */
function cacheWidth(tensors: readonly Tensor[]): number {
  const shapeOf = (part: string): readonly number[] | undefined =>
    tensors.find(({ name }) => name.endsWith(`.${part}.weight`))?.shape;
  const rows = (part: string): number => shapeOf(part)?.[1] ?? 0;
  const queries = shapeOf('attn_output')?.[0] ?? 0;
  const common = Math.max(0, rows('attn_qkv') - queries);
  return rows('attn_k') + rows('attn_v') + common || rows('attn_kv_a_mqa');
}
