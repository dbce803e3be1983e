/** Gets the leaves that are still unknown, several tensors at once. */
import { AppError } from '../../../src-shared/errors.ts';
import type { ChunkHashes } from './chunk-hashes.ts';

/** Questions under way: leaves are small, so this hides the way there and back. */
const parallel = 16;

/**
 * Asks for the leaves of those tensors whose are not known. Whether all are known afterwards.
 * @throws AppError `protocol-violation` for leaves that do not give the manifest's root; what `leavesOf` throws
 */
export async function collectLeaves(
  hashes: ChunkHashes,
  tensors: readonly number[],
  leavesOf: (tensor: number) => Promise<Uint8Array | undefined>,
): Promise<boolean> {
  const unknown = tensors.filter((tensor) => !hashes.knows(tensor));
  const ask = async (): Promise<void> => {
    for (let tensor = unknown.shift(); tensor !== undefined; tensor = unknown.shift()) {
      const leaves = hashes.knows(tensor) ? undefined : await leavesOf(tensor);
      if (leaves !== undefined && !hashes.add(tensor, leaves)) {
        throw new AppError('protocol-violation', "A source sent hashes that are not the model's");
      }
    }
  };
  await Promise.all(Array.from({ length: parallel }, ask));
  return tensors.every((tensor) => hashes.knows(tensor));
}
