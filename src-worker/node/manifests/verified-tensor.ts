/** Verifies a tensor against the manifest while it is copied, so that a changed byte never reaches a shard. */
import { createHash } from 'node:crypto';
import { AppError } from '../../../src-shared/errors.ts';
import type { GgufTensor } from '../../gguf/parse.ts';
import { ChunkHasher, treeRoot } from './chunk-tree.ts';
import type { Manifest } from './manifest.ts';

/** Yields a tensor's data, and throws AppError `model-changed` at its end when its hash is not the manifest's. */
export async function* verifiedTensor(
  manifest: Manifest,
  tensor: GgufTensor,
  data: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const check = checkOf(manifest, tensor.name);
  for await (const piece of data) {
    check.update(piece);
    yield piece;
  }
  if (!check.isRight()) {
    throw new AppError(
      'model-changed',
      `Tensor '${tensor.name}' of ${manifest.name} is not as it was imported. Import the model again.`,
    );
  }
}

type Check = { update(piece: Uint8Array): void; isRight(): boolean };

function checkOf(manifest: Manifest, name: string): Check {
  if (manifest.format === 1) {
    const hash = createHash('sha256');
    const expected = manifest.tensors.find((tensor) => tensor.name === name)?.sha256;
    return {
      update: (piece) => hash.update(piece),
      isRight: () => hash.digest('hex') === expected,
    };
  }
  const hasher = new ChunkHasher();
  const expected = manifest.tensors.find((tensor) => tensor.name === name)?.root;
  return {
    update: (piece) => hasher.update(piece),
    isRight: () => treeRoot(hasher.finish()) === expected,
  };
}
