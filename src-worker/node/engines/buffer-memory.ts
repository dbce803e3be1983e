/**
 * The compute and output buffers that a shard will have, and the state of its recurrent layers, from the shapes of its
 * model's tensors. As llama.cpp v0.5.0 plans its graphs, measured on random models: within a tenth of the device's own
 * figure where the buffers count, and above it rather than below. Pure.
 */
import { batchSizeFor } from '../../wire/batch-size.ts';
import { samples, type StageRole } from '../../wire/stage-role.ts';
import type { Manifest } from '../manifests/manifest.ts';

export type Tensor = Pick<Manifest['tensors'][number], 'name' | 'shape' | 'size'>;

/** How large caches and batches are. */
export type CacheSize = {
  /** Cells, in tokens. */
  readonly contextLength: number;
  readonly maxSessions: number;
};

/** Tokens that are computed at once; see shard.ts. */
const batchTokens = 512;
const valueBytes = 4;
const batchesAtOnce = 4;
/** The attention mask has half precision. */
const maskBytes = 2;
/** Experts that compute a token beside each other: the most that the families of today use. */
const expertsAtOnce = 8;

/**
 * Bytes of compute and output buffers.
 *
 * @param tensors of the whole model
 */
export function bufferBytes(
  tensors: readonly Tensor[],
  { contextLength, maxSessions }: CacheSize,
  role: StageRole,
): number {
  const { width, tokens: known } = embeddingShape(tensors);
  // A shard from the middle has no vocabulary.
  const vocabulary = role === 'middle' ? 0 : known;
  const tokens = samples(role) ? batchTokens : batchSizeFor(batchTokens, vocabulary);
  const layerBytes =
    tokens * (valueBytes * (2 * width + 3 * feedForward(tensors)) + maskBytes * contextLength);
  // A shard that hands on hidden states has room for the logits of every token, which are never computed.
  const outputs = samples(role) ? maxSessions : tokens;
  const logitBytes = valueBytes * vocabulary * outputs;
  return Math.max(layerBytes, logitBytes + valueBytes * 2 * width * tokens);
}

/**
 * Bytes that each of several devices has more while they have all layers together: they compute four batches at once, each with its
 * input and its attention mask.
 */
export function pipelineBytes(
  tensors: readonly Tensor[],
  { contextLength }: CacheSize,
  role: StageRole,
): number {
  const { width, tokens: known } = embeddingShape(tensors);
  const vocabulary = role === 'middle' ? 0 : known;
  const tokens = samples(role) ? batchTokens : batchSizeFor(batchTokens, vocabulary);
  return (batchesAtOnce - 1) * tokens * (valueBytes * width + maskBytes * contextLength);
}

/**
 * Bytes of the head of zeros that a shard with the first layers alone has, since llama.cpp insists on one: 54 for 256 values;
 * 0 where the hidden states cannot be divided so, and llama.cpp takes the embedding. See slice.ts.
 */
export function unusedHeadBytes(tensors: readonly Tensor[], role: StageRole): number {
  const { width, tokens } = embeddingShape(tensors);
  return role === 'first' && width % 256 === 0 ? (width * tokens * 54) / 256 : 0;
}

/** Values of a hidden state, and tokens of the vocabulary. */
function embeddingShape(tensors: readonly Tensor[]): { width: number; tokens: number } {
  const [width = 0, tokens = 0] =
    tensors.find(({ name }) => name === 'token_embd.weight')?.shape ?? [];
  return { width, tokens };
}

/** The widest hidden layer of a feed-forward network, or of all experts that compute a token together. */
function feedForward(tensors: readonly Tensor[]): number {
  const widths = tensors.map(({ name, shape }) => {
    const [, kind] = /\.ffn_(?:up|gate)(_exps|_shexp)?\.weight$/.exec(name) ?? [name, name];
    const [, width = 0, experts = 1] = shape;
    return kind === name ? 0 : width * (kind === '_exps' ? Math.min(experts, expertsAtOnce) : 1);
  });
  return widths.reduce((most, width) => Math.max(most, width), 0);
}

/**
 * Bytes of state that a recurrent layer keeps for all sessions, whatever they have read: that of the convolution before it,
 * and a matrix for each of its heads; 0 for other layers. Shapes as in the families mamba, mamba2, qwen3next and lfm2.
 */
export function stateBytes(layer: readonly Tensor[], { maxSessions }: CacheSize): number {
  const shapeOf = (part: string): readonly number[] =>
    layer.find(({ name }) => name.endsWith(`.${part}`))?.shape ?? [];
  const [taps = 1, channels = 0] = firstOf(
    shapeOf('ssm_conv1d.weight'),
    shapeOf('shortconv.conv.weight'),
  );
  const [inner = 0] = shapeOf('ssm_out.weight');
  return (
    maxSessions * valueBytes * ((taps - 1) * channels + inner * stateOf(shapeOf, inner, channels))
  );
}

/** Values of state for each of the inner ones. */
function stateOf(
  shapeOf: (part: string) => readonly number[],
  inner: number,
  channels: number,
): number {
  const [ofMamba = 1, heads = 1] = shapeOf('ssm_a');
  const [width = 0, groups] = shapeOf('ssm_norm.weight');
  if (width === 0) {
    return heads > 1 ? ofMamba : 0;
  }
  return groups === undefined ? width : (channels - inner) / 2 / groups;
}

function firstOf(one: readonly number[], other: readonly number[]): readonly number[] {
  return one.length > 0 ? one : other;
}
