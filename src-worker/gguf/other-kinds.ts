/**
 * Recognises valid GGUF files that are not chat models: adapters, projectors, vocabularies, parts of a model,
 * embedding models. Each is refused with its kind and a remedy.
 */
import { AppError } from '../../src-shared/errors.ts';
import type { GgufDescription } from './read.ts';
import { boolOf, numberOf, stringOf } from './values.ts';

/** Metadata keys of every shard, by which a shard is never taken for a model. */
export const shardKeys = {
  manifestId: 'mindmesh.manifest_id',
  firstLayer: 'mindmesh.first_layer',
  lastLayer: 'mindmesh.last_layer',
  totalLayers: 'mindmesh.total_layers',
} as const;

/** The kinds of file by `general.type`, as the end of a sentence. */
const typeWords: ReadonlyMap<string, string> = new Map([
  [
    'adapter',
    'it is a LoRA adapter, which changes another model and cannot answer by itself; import a model that it was merged into',
  ],
  [
    'mmproj',
    'it is a projector (mmproj), the part of a model that reads pictures or sound; import the language model that it belongs to',
  ],
  [
    'imatrix',
    'it is an importance matrix, which is a help for making models smaller; import the model itself',
  ],
]);

/** The type of files without `general.type`, by `general.architecture`. */
const typeOfArchitecture: ReadonlyMap<string, string> = new Map([['clip', 'mmproj']]);

/** Encoders, which cannot generate text. Other such models are recognised by `attention.causal` or `pooling_type`. */
const encoders: ReadonlySet<string> = new Set([
  'bert',
  'eurobert',
  'gemma-embedding',
  'jina-bert-v2',
  'jina-bert-v3',
  'modern-bert',
  'neo-bert',
  'nomic-bert',
  'nomic-bert-moe',
  't5encoder',
]);

/**
 * Refuses files that are not a complete model, by metadata only: a header without tensors is accepted.
 * @throws AppError `gguf-unsupported`
 */
export function refuseOtherKinds(file: GgufDescription): void {
  const { metadata } = file.header;
  const architecture = stringOf(metadata.get('general.architecture')) ?? '';
  const type =
    typeOfArchitecture.get(architecture) ?? stringOf(metadata.get('general.type')) ?? 'model';
  if (type !== 'model') {
    const words = `it holds no model but something of the type ${JSON.stringify(type.slice(0, 40))}`;
    refuse(file, typeWords.get(type) ?? words);
  }
  if ((numberOf(metadata.get('split.count')) ?? 0) > 1) {
    refuse(
      file,
      'it is one part of a model in several files, or such parts put one after the other; join the parts with "llama-gguf-split --merge" and import the file that this makes',
    );
  }
  if (metadata.has(shardKeys.totalLayers)) {
    refuse(file, 'it is a shard that this app cut; import the model that it was cut from');
  }
}

/**
 * Refuses models that cannot answer: without weights, or not generating text token by token.
 * @throws AppError `gguf-unsupported`
 */
export function refuseWhatCannotAnswer(file: GgufDescription): void {
  refuseOtherKinds(file);
  const { metadata, tensors } = file.header;
  if (tensors.length === 0) {
    refuse(
      file,
      'it has a vocabulary and no weights, so it cannot answer; import the file with the whole model',
    );
  }
  const architecture = stringOf(metadata.get('general.architecture')) ?? '';
  const pooling = numberOf(metadata.get(`${architecture}.pooling_type`)) ?? 0;
  if (encoders.has(architecture) || pooling > 0) {
    refuse(
      file,
      'it is an embedding model, which makes numbers of texts and cannot chat; import a chat model',
    );
  }
  if (boolOf(metadata.get(`${architecture}.attention.causal`)) === false) {
    refuse(
      file,
      'its model does not write one word after the other (it is for embeddings or diffusion), so it cannot chat here; import a chat model',
    );
  }
}

function refuse(file: GgufDescription, what: string): never {
  throw new AppError('gguf-unsupported', `${file.path} cannot be used: ${what}.`);
}
