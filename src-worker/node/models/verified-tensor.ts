/** What is cut from a model is checked against its manifest on the way: a changed byte never reaches a shard. */
import { createHash } from 'node:crypto';
import { AppError } from '../../../src-shared/errors.ts';
import type { GgufTensor } from '../../gguf/parse.ts';
import type { Manifest } from './manifest.ts';

/** Passes a tensor's data on, and throws AppError `model-changed` at its end when it is not the manifest's. */
export async function* verifiedTensor(
  manifest: Manifest,
  tensor: GgufTensor,
  data: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const piece of data) {
    hash.update(piece);
    yield piece;
  }
  const expected = manifest.tensors.find(({ name }) => name === tensor.name);
  if (hash.digest('hex') !== expected?.sha256) {
    throw new AppError(
      'model-changed',
      `Tensor '${tensor.name}' of ${manifest.name} is not as it was imported. Import the model again.`,
    );
  }
}
