/**
 * Cuts a shard, consecutive layers, from a GGUF model. A shard is also a GGUF file, with its layers numbered from 0, that
 * llama.cpp v0.5.0 loads as a model. Parts that llama.cpp requires and a shard does not need are replaced
 * by small ones:
 *
 *   first    tokenizer, token_embd, layers, and a head of zeros that is never computed
 *   middle   layers, and 32 dummy tokens in place of tokenizer, token_embd and head
 *   last     tokenizer, layers, and the head stored as `token_embd.weight`: where a file has no `output.weight`,
 *            llama.cpp takes the embedding for the head, so a last shard needs no second vocabulary matrix
 *
 * All have `output_norm.weight`, which is small. The engine ends the graph of a first or middle shard before norm and head.
 */
import { AppError } from '../../src-shared/errors.ts';
import type { LayerRange } from '../../src-shared/model.ts';
import { type Anatomy, dissect } from './architectures.ts';
import { tensorType } from './format.ts';
import { withPlainChatTemplate } from './chat-template.ts';
import { type ModelFacts, modelFacts } from './model-facts.ts';
import { shardKeys } from './other-kinds.ts';
import type { GgufTensor } from './parse.ts';
import type { GgufDescription, GgufFile } from './read.ts';
import { type MetadataValue, stringValue, uint32Value } from './values.ts';
import { type GgufContent, type TensorToWrite, writeGguf } from './write.ts';
import { beginsModel, endsModel, isWholeModel, layerCount } from '../../src-shared/layers.ts';

const dummyVocabulary = 32;
const headName = 'output.weight';
const embeddingName = 'token_embd.weight';

export type SliceOptions = {
  readonly manifestId?: string;
  readonly signal?: AbortSignal;
  /** A filter for the data of every tensor; it must yield the same bytes, and may throw to stop. */
  readonly through?: (
    tensor: GgufTensor,
    data: AsyncIterable<Uint8Array>,
  ) => AsyncIterable<Uint8Array>;
};

/** A tensor of the model, and its name in a shard. */
export type ShardTensor = { readonly name: string; readonly tensor: GgufTensor };

/**
 * Writes the shard of layers `firstLayer` to `lastLayer` of the open model `source` to `path`. Every tensor has
 * the source's bytes. The file appears complete or not at all.
 * @throws AppError `gguf-unsupported` when this model cannot be cut, `request-invalid` when it has no such
 * layers; the signal's reason; errors of `through` and of the disk
 */
export async function sliceShard(
  source: GgufFile,
  range: LayerRange,
  path: string,
  options: SliceOptions = {},
): Promise<void> {
  const read = (tensor: GgufTensor): AsyncIterable<Uint8Array> => {
    const data = source.read(tensor);
    return options.through?.(tensor, data) ?? data;
  };
  const content = shardContent(source, range, { manifestId: options.manifestId, read });
  await writeGguf(path, content, { signal: options.signal });
}

/**
 * The content of a shard's file. Only the model's header is read here; `read` returns the tensors' data.
 * @throws AppError as `sliceShard`
 */
export function shardContent(
  source: GgufDescription,
  range: LayerRange,
  options: {
    readonly manifestId: string | undefined;
    readonly read: (tensor: GgufTensor) => TensorToWrite['data'];
  },
): GgufContent {
  const facts = modelFacts(source);
  const metadata = new Map(
    isWholeModel(range, facts.layers)
      ? [...retainedMetadata(source), ...keysOf(facts, range)]
      : metadataOf(source, dissectFor(source, range), range),
  );
  if (options.manifestId !== undefined) {
    metadata.set(shardKeys.manifestId, stringValue(options.manifestId));
  }
  const tensors = partsOf(source, range).map((part): TensorToWrite => {
    if (!('tensor' in part)) {
      return part;
    }
    const { name, tensor } = part;
    return { name, type: tensor.type, shape: tensor.shape, data: options.read(tensor) };
  });
  return { metadata, tensors };
}

/**
 * The tensors of the model in a shard, in the shard's order: those that are downloaded for it, and that it can
 * supply to other peers.
 * @throws AppError as `sliceShard`
 */
export function shardTensors(source: GgufDescription, range: LayerRange): ShardTensor[] {
  return partsOf(source, range).filter((part) => 'tensor' in part);
}

/** The shard's tensors in order: those of the model, and zeros for tensors that are only placeholders. */
function partsOf(source: GgufDescription, range: LayerRange): (ShardTensor | TensorToWrite)[] {
  // A shard of all layers is not cut, so it is possible for any architecture.
  return isWholeModel(range, modelFacts(source).layers)
    ? source.header.tensors.map((tensor) => ({ name: tensor.name, tensor }))
    : [...cutParts(dissectFor(source, range), range)];
}

function dissectFor(source: GgufDescription, range: LayerRange): Anatomy {
  const anatomy = dissect(source);
  if (range.firstLayer > range.lastLayer || range.lastLayer >= anatomy.layers) {
    throw new AppError(
      'request-invalid',
      `${source.path} has layers 0 to ${anatomy.layers - 1}, not ${range.firstLayer} to ${range.lastLayer}.`,
    );
  }
  return anatomy;
}

/**
 * Writes `source`'s metadata without any tensor to `path`: enough to load the tokenizer and chat template
 * alone, which an engine does with `vocabularyOnly`. The chat template that is used stands under the plain key.
 */
export async function writeHeader(source: GgufFile, path: string): Promise<void> {
  const metadata = withPlainChatTemplate(new Map(retainedMetadata(source)));
  await writeGguf(path, { metadata, tensors: [] });
}

/** The source's metadata without its alignment, because the writer always aligns to 32. */
function retainedMetadata(source: GgufDescription): [string, MetadataValue][] {
  return [...source.header.metadata].filter(([key]) => key !== 'general.alignment');
}

function* metadataOf(
  source: GgufDescription,
  anatomy: Anatomy,
  range: LayerRange,
): Generator<[string, MetadataValue]> {
  const needsTokenizer = beginsModel(range) || endsModel(range, anatomy.layers);
  for (const entry of retainedMetadata(source)) {
    if (needsTokenizer || !entry[0].startsWith('tokenizer.')) {
      yield entry;
    }
  }
  if (!needsTokenizer) {
    yield ['tokenizer.ggml.model', stringValue('none')];
    yield [`${anatomy.architecture}.vocab_size`, uint32Value(dummyVocabulary)];
  }
  yield [`${anatomy.architecture}.block_count`, uint32Value(layerCount(range))];
  yield* keysOf(anatomy, range);
}

function keysOf({ layers }: ModelFacts, range: LayerRange): [string, MetadataValue][] {
  return [
    [shardKeys.firstLayer, uint32Value(range.firstLayer)],
    [shardKeys.lastLayer, uint32Value(range.lastLayer)],
    [shardKeys.totalLayers, uint32Value(layers)],
  ];
}

function* cutParts(anatomy: Anatomy, range: LayerRange): Generator<ShardTensor | TensorToWrite> {
  const isFirst = beginsModel(range);
  const isLast = endsModel(range, anatomy.layers);
  const head = anatomy.head.find((tensor) => tensor.name === headName) ?? anatomy.embedding;

  if (isFirst) {
    yield copy(anatomy.embedding);
  } else if (isLast) {
    yield copy(head, embeddingName);
  } else {
    yield zeros(embeddingName, 'F32', [anatomy.width, dummyVocabulary]);
  }
  // Tensors are in the order of their names, so that a cut shard and one made from a manifest are the same file.
  yield* byName(anatomy.shared).map((tensor) => copy(tensor));
  for (let layer = range.firstLayer; layer <= range.lastLayer; layer += 1) {
    const tensors = (anatomy.layerTensors[layer] ?? []).map(({ part, tensor }) =>
      copy(tensor, `blk.${layer - range.firstLayer}.${part}`),
    );
    yield* byName(tensors);
  }
  yield copy(anatomy.outputNorm);
  if (isLast) {
    const storedAlready = isFirst ? undefined : head;
    const others = anatomy.head.filter((tensor) => tensor !== storedAlready);
    yield* byName(others).map((tensor) => copy(tensor));
  } else if (isFirst) {
    yield* unusedHead(anatomy);
  }
}

function copy(tensor: GgufTensor, name = tensor.name): ShardTensor {
  return { name, tensor };
}

function byName<Named extends { readonly name: string }>(tensors: readonly Named[]): Named[] {
  return tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * A placeholder for the head. Without one, llama.cpp would use the embedding as head and, on a graphics card, load it a
 * second time. TQ1_0 is the smallest type that all CPU code supports and no graphics card loads: 1.7 bits of
 * a sparse file per value, and no memory. Its rows are multiples of 256; models of other widths have no placeholder.
 */
function* unusedHead(anatomy: Anatomy): Generator<TensorToWrite> {
  if (anatomy.width % tensorType('TQ1_0').blockValues === 0) {
    yield zeros(headName, 'TQ1_0', anatomy.embedding.shape);
  }
}

function zeros(name: string, type: string, shape: readonly number[]): TensorToWrite {
  return { name, type: tensorType(type), shape, data: 'zeros' };
}
