/**
 * Writes GGUF models with random weights, the same for the same options: small ones for tests, large ones for
 * benchmarks. They load in llama.cpp, tokenize any text, and chat in nonsense.
 */
import { tensorType } from '../../../src-worker/gguf/format.ts';
import {
  float32Value,
  type MetadataValue,
  stringValue,
  uint32Value,
} from '../../../src-worker/gguf/values.ts';
import { type TensorToWrite, writeGguf } from '../../../src-worker/gguf/write.ts';
import { controlTokenIds, randomTokenizer } from './random-tokenizer.ts';
import { randomVector, randomWeights, type WeightType } from './random-weights.ts';

export type RandomModelOptions = {
  readonly architecture: 'llama' | 'qwen2' | 'qwen3';
  readonly name: string;
  readonly layers: number;
  /** Values in a hidden state; a multiple of 32 for Q8_0. */
  readonly width: number;
  readonly heads: number;
  /** Key and value heads; divides `heads`. */
  readonly kvHeads: number;
  readonly feedForward: number;
  readonly vocabulary: number;
  readonly contextLength: number;
  /** Type of all matrices. Norms and biases are F32. */
  readonly type: WeightType;
  /** Whether the embedding also serves as the head, as in small models. */
  readonly tied: boolean;
  readonly ropeFrequencyBase: number;
  /** Adds the `rope_freqs.weight` that Llama 3 has; llama only. */
  readonly ropeFactors: boolean;
  readonly seed: number;
  /**
   * How much longer queries are than what they read. With 4, rounding grows from layer to layer, as in no trained model; with
   * 1, values of two machines stay as near as those of real models.
   */
  readonly queryGain: number;
};

/** 4 layers, 64 values wide, about 200 KB in F32: loads in milliseconds and has everything a large model has. */
export const smallModel: RandomModelOptions = {
  architecture: 'llama',
  name: 'Random small',
  layers: 4,
  width: 64,
  heads: 4,
  kvHeads: 2,
  feedForward: 128,
  vocabulary: 320,
  contextLength: 2048,
  type: 'F32',
  tied: false,
  ropeFrequencyBase: 10_000,
  ropeFactors: false,
  seed: 1,
  queryGain: 4,
};

/** The size of TinyLlama 1.1B; 1.17 GB in Q8_0. */
export const benchModel: RandomModelOptions = {
  ...smallModel,
  name: 'Random 1.1B',
  layers: 22,
  width: 2048,
  heads: 32,
  kvHeads: 4,
  feedForward: 5632,
  vocabulary: 32_000,
  type: 'Q8_0',
};

/** Writes a model to `path`; missing options are those of `smallModel`. */
export async function writeRandomModel(
  path: string,
  options: Partial<RandomModelOptions> = {},
): Promise<void> {
  const model = { ...smallModel, ...options };
  await writeGguf(path, { metadata: metadataOf(model), tensors: tensorsOf(model) });
}

function metadataOf(model: RandomModelOptions): [string, MetadataValue][] {
  const key = (name: string): string => `${model.architecture}.${name}`;
  return [
    ['general.architecture', stringValue(model.architecture)],
    ['general.type', stringValue('model')],
    ['general.name', stringValue(model.name)],
    [key('block_count'), uint32Value(model.layers)],
    [key('context_length'), uint32Value(model.contextLength)],
    [key('embedding_length'), uint32Value(model.width)],
    [key('feed_forward_length'), uint32Value(model.feedForward)],
    [key('attention.head_count'), uint32Value(model.heads)],
    [key('attention.head_count_kv'), uint32Value(model.kvHeads)],
    [key('attention.layer_norm_rms_epsilon'), float32Value(1e-5)],
    [key('rope.freq_base'), float32Value(model.ropeFrequencyBase)],
    [key('rope.dimension_count'), uint32Value(model.width / model.heads)],
    [key('vocab_size'), uint32Value(model.vocabulary)],
    ...randomTokenizer(model.vocabulary),
  ];
}

/**
 * Matrices have the standard deviation 1/√(inputs), so that every layer adds about as much as it gets. Queries have
 * more, so that attention picks few positions and answers do not settle on one token. A tied embedding is small,
 * since its head would otherwise repeat the last token. Norm and head together spread logits by about 3.
 */
function tensorsOf(model: RandomModelOptions): TensorToWrite[] {
  const { width, feedForward } = model;
  const headWidth = width / model.heads;
  const kvWidth = headWidth * model.kvHeads;
  const matrix = (name: string, inputs: number, outputs: number, gain = 1): TensorToWrite => ({
    name,
    type: tensorType(model.type),
    shape: [inputs, outputs],
    data: randomWeights(
      streamOf(model, name),
      model.type,
      inputs * outputs,
      gain / Math.sqrt(inputs),
    ),
  });
  const vector = (name: string, count: number, mean: number): TensorToWrite => ({
    name,
    type: tensorType('F32'),
    shape: [count],
    data: randomVector(streamOf(model, name), count, mean, 0.1),
  });

  const tensors = [vocabularyMatrix(model, 'token_embd.weight', model.tied ? 0.3 : 3)];
  for (let layer = 0; layer < model.layers; layer += 1) {
    const of = (part: string): string => `blk.${layer}.${part}`;
    tensors.push(
      vector(of('attn_norm.weight'), width, 1),
      matrix(of('attn_q.weight'), width, width, model.queryGain),
      matrix(of('attn_k.weight'), width, kvWidth),
      matrix(of('attn_v.weight'), width, kvWidth),
      matrix(of('attn_output.weight'), width, width),
      vector(of('ffn_norm.weight'), width, 1),
      matrix(of('ffn_gate.weight'), width, feedForward),
      matrix(of('ffn_up.weight'), width, feedForward),
      matrix(of('ffn_down.weight'), feedForward, width),
    );
    if (model.architecture === 'qwen2') {
      tensors.push(
        vector(of('attn_q.bias'), width, 0),
        vector(of('attn_k.bias'), kvWidth, 0),
        vector(of('attn_v.bias'), kvWidth, 0),
      );
    }
    if (model.architecture === 'qwen3') {
      tensors.push(
        vector(of('attn_q_norm.weight'), headWidth, model.queryGain),
        vector(of('attn_k_norm.weight'), headWidth, 1),
      );
    }
  }
  if (model.ropeFactors) {
    tensors.push(vector('rope_freqs.weight', headWidth / 2, 2));
  }
  tensors.push(vector('output_norm.weight', width, model.tied ? 10 : 1));
  if (!model.tied) {
    tensors.push(vocabularyMatrix(model, 'output.weight', 3));
  }
  return tensors;
}

/**
 * One row for each token, each about `norm` long. Rows of control tokens are zero, so that these are never the
 * likeliest and greedy answers go on to their limit.
 */
function vocabularyMatrix(model: RandomModelOptions, name: string, norm: number): TensorToWrite {
  const type = tensorType(model.type);
  const rowBytes = (model.width / type.blockValues) * type.blockBytes;
  const firstControl = (controlTokenIds[0] ?? 0) * rowBytes;
  const afterControl = firstControl + controlTokenIds.length * rowBytes;
  function* data(): Generator<Uint8Array> {
    let position = 0;
    const count = model.width * model.vocabulary;
    const deviation = norm / Math.sqrt(model.width);
    for (const piece of randomWeights(streamOf(model, name), model.type, count, deviation)) {
      const within = (at: number): number => Math.min(Math.max(at - position, 0), piece.byteLength);
      piece.fill(0, within(firstControl), within(afterControl));
      position += piece.byteLength;
      yield piece;
    }
  }
  return { name, type, shape: [model.width, model.vocabulary], data: data() };
}

function streamOf(model: RandomModelOptions, name: string): string {
  return `${model.seed} ${model.architecture} ${name}`;
}
