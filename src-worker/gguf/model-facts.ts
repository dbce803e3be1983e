/** Reads the basic facts about a model from its GGUF metadata. */
import { AppError } from '../../src-shared/errors.ts';
import { modelLimits } from '../../src-shared/model.ts';
import { refuseOtherKinds } from './other-kinds.ts';
import type { GgufDescription } from './read.ts';
import { numberOf, stringOf } from './values.ts';

export type ModelFacts = {
  /** "llama", "qwen2" …; also the prefix of the architecture's metadata keys. */
  readonly architecture: string;
  readonly layers: number;
  /** Values in a hidden state. */
  readonly width: number;
  /** Longest sequence the model was trained for, in tokens. */
  readonly contextLength: number;
};

/**
 * Reads the facts of a model.
 * @throws AppError `gguf-unsupported` when the file is not a complete language model (an adapter, one part of
 * several, a shard), `gguf-invalid` when a fact is missing
 */
export function modelFacts(file: GgufDescription): ModelFacts {
  refuseOtherKinds(file);
  const { metadata } = file.header;
  const architecture = stringOf(metadata.get('general.architecture')) ?? '';
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(architecture)) {
    throw new AppError(
      'gguf-invalid',
      `${file.path} does not name its architecture ('general.architecture').`,
    );
  }
  const integer = (key: string, most: number): number => {
    const value = metadata.get(`${architecture}.${key}`);
    const number = numberOf(value);
    if (number === undefined || !Number.isInteger(number) || number < 1 || number > most) {
      const what = value === undefined ? 'is missing' : `is ${number ?? 'no number'}`;
      throw new AppError(
        'gguf-invalid',
        `${file.path} cannot be used: its '${architecture}.${key}' ${what}, and must be a number from 1 to ${most}. Download or convert it again.`,
      );
    }
    return number;
  };
  return {
    architecture,
    layers: integer('block_count', modelLimits.layers),
    width: integer('embedding_length', modelLimits.width),
    contextLength: integer('context_length', modelLimits.contextLength),
  };
}
