/** What a GGUF file says about the model in it, beside the tensors: the few numbers that everyone needs. */
import { AppError } from '../../src-shared/errors.ts';
import { modelLimits } from '../../src-shared/model.ts';
import type { GgufDescription } from './read.ts';
import { numberOf, stringOf } from './values.ts';

export type ModelFacts = {
  /** "llama", "qwen2" …; the prefix of the architecture's own metadata keys. */
  readonly architecture: string;
  readonly layers: number;
  /** Values in a hidden state. */
  readonly width: number;
  /** Longest sequence the model was trained for, in tokens. */
  readonly contextLength: number;
};

/** Written into every shard, so that a shard is never taken for a model. */
export const shardKeys = {
  manifestId: 'mindmesh.manifest_id',
  firstLayer: 'mindmesh.first_layer',
  lastLayer: 'mindmesh.last_layer',
  totalLayers: 'mindmesh.total_layers',
} as const;

/**
 * @throws AppError `gguf-unsupported` when the file is no complete language model (an adapter, one part of
 * several, a shard of ours), `gguf-invalid` when it does not say how many layers it has or how wide it is.
 */
export function modelFacts(file: GgufDescription): ModelFacts {
  const { metadata } = file.header;
  const unsupported = (what: string): never => {
    throw new AppError('gguf-unsupported', `${file.path} cannot be used: ${what}.`);
  };
  const kind = stringOf(metadata.get('general.type')) ?? 'model';
  if (kind !== 'model') {
    unsupported(`it holds no model but something of the type ${JSON.stringify(kind.slice(0, 40))}`);
  }
  if ((numberOf(metadata.get('split.count')) ?? 0) > 1) {
    unsupported('it is one part of a model in several files; join them with gguf-split --merge');
  }
  if (metadata.has(shardKeys.totalLayers)) {
    unsupported('it is a shard that this app cut; import the model that it was cut from');
  }

  const architecture = stringOf(metadata.get('general.architecture')) ?? '';
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(architecture)) {
    throw new AppError(
      'gguf-invalid',
      `${file.path} does not name its architecture ('general.architecture').`,
    );
  }
  const integer = (key: string, most: number): number => {
    const value = numberOf(metadata.get(`${architecture}.${key}`));
    if (value === undefined || !Number.isInteger(value) || value < 1 || value > most) {
      throw new AppError(
        'gguf-invalid',
        `${file.path} says '${architecture}.${key}' is ${value ?? 'nothing'}; it must be from 1 to ${most}.`,
      );
    }
    return value;
  };
  return {
    architecture,
    layers: integer('block_count', modelLimits.layers),
    width: integer('embedding_length', modelLimits.width),
    contextLength: integer('context_length', modelLimits.contextLength),
  };
}
