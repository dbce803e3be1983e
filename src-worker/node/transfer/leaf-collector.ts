/** Fetches the leaves that are still unknown, for several tensors at once. */
import { AppError } from '../../../src-shared/errors.ts';
import type { ChunkHashes } from './chunk-hashes.ts';

/** Requests under way at once: leaves are small, so that this hides the round-trip time. */
const parallel = 16;

/**
 * Requests the leaves of the tensors for which they are unknown. Returns whether all are known afterwards.
 * @throws AppError `protocol-violation` for leaves that do not give the manifest's root; any error of `leavesOf`
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
