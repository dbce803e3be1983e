/** Numbers the chunks of a model: tensor after tensor in the manifest's order, which is by name. */
import { AppError } from '../../../src-shared/errors.ts';
import type { ChunkedManifest } from '../manifests/manifest.ts';
import { chunkBytes, chunkCount } from '../manifests/chunk-tree.ts';

/** Most chunks, those of a model of a terabyte: its bitmap takes 128 KiB and its leaves 32 MiB. */
export const maxChunks = 1024 * 1024;

/** Where a chunk is: `offset` and `length` are bytes within its tensor. */
export type ChunkPlace = {
  readonly tensor: number;
  readonly offset: number;
  readonly length: number;
};

export class ChunkMap {
  readonly manifest: ChunkedManifest;
  /** The number of chunks of all tensors together. */
  readonly count: number;
  /** First chunk of every tensor. */
  readonly #starts: number[] = [];

  /** @throws AppError `gguf-unsupported` for a model of more than a terabyte */
  constructor(manifest: ChunkedManifest) {
    this.manifest = manifest;
    let count = 0;
    for (const { size } of manifest.tensors) {
      this.#starts.push(count);
      count += chunkCount(size);
    }
    if (count > maxChunks) {
      throw new AppError(
        'gguf-unsupported',
        `${manifest.name} is too large to be sent between peers.`,
      );
    }
    this.count = count;
  }

  /** First chunk of a tensor and the one after its last. */
  chunksOf(tensor: number): { readonly first: number; readonly end: number } {
    return {
      first: this.#starts[tensor] ?? this.count,
      end: this.#starts[tensor + 1] ?? this.count,
    };
  }

  /** `chunk` is a number below `count`. */
  placeOf(chunk: number): ChunkPlace {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= chunk) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    const offset = (chunk - (this.#starts[low] ?? 0)) * chunkBytes;
    const size = this.manifest.tensors[low]?.size ?? 0;
    return { tensor: low, offset, length: Math.min(chunkBytes, size - offset) };
  }
}
