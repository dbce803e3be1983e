/**
 * Shards and headers cut from imported models, kept in `<folder>/<manifest id>/`: each is cut once, by whoever
 * needs it first, and used until its model is removed from the library.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../src-shared/errors.ts';
import type { LayerRange } from '../../../src-shared/model.ts';
import { shardKeys } from '../../gguf/model-facts.ts';
import { type GgufFile, openGguf } from '../../gguf/read.ts';
import { sliceShard, writeHeader } from '../../gguf/slice.ts';
import { numberOf, stringOf } from '../../gguf/values.ts';
import type { LibraryEntry } from './library-entry.ts';
import { SharedJobs } from './shared-jobs.ts';
import { withSource } from './source-file.ts';
import { verifiedTensor } from './verified-tensor.ts';

export class ShardCache {
  readonly #folder: string;
  readonly #jobs = new SharedJobs<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * The path of a shard file, cut from the model's own and checked against its manifest unless it is there.
   * @throws AppError `gguf-unsupported`, `request-invalid`, `model-changed`, `data-folder-unusable`; the
   * signal's reason
   */
  async shard(
    id: string,
    { source, manifest }: LibraryEntry,
    range: LayerRange,
    signal?: AbortSignal,
  ): Promise<string> {
    return await this.#get(
      id,
      `${range.firstLayer}-${range.lastLayer}.gguf`,
      signal,
      (file) => isShard(file, id, range),
      async (path, jobSignal) => {
        await withSource(source, (file) =>
          sliceShard(file, range, path, {
            manifestId: id,
            signal: jobSignal,
            through: (tensor, data) => verifiedTensor(manifest, tensor, data),
          }),
        );
      },
    );
  }

  /** The path of a file with the model's metadata alone. Errors as above. */
  async header(id: string, { source }: LibraryEntry): Promise<string> {
    return await this.#get(
      id,
      'header.gguf',
      undefined,
      () => true,
      async (path) => {
        await withSource(source, (file) => writeHeader(file, path));
      },
    );
  }

  /** Deletes everything cut from a model; cuts in progress are abandoned. */
  async remove(id: string): Promise<void> {
    await this.#jobs.abort(`${id}/`, new AppError('cancelled', 'The model was removed.'));
    await rm(join(this.#folder, id), { recursive: true, force: true, maxRetries: 3 });
  }

  async #get(
    id: string,
    name: string,
    signal: AbortSignal | undefined,
    isRight: (file: GgufFile) => boolean,
    cut: (path: string, signal: AbortSignal) => Promise<void>,
  ): Promise<string> {
    return await this.#jobs.run(`${id}/${name}`, signal, async (jobSignal) => {
      const path = join(this.#folder, id, name);
      if (await isSound(path, isRight)) {
        return path;
      }
      try {
        await mkdir(join(this.#folder, id), { recursive: true });
        await cut(path, jobSignal);
      } catch (error) {
        throw isSystemError(error) ? unwritable(path, error) : error;
      }
      return path;
    });
  }
}

/** A cached file may be of an earlier format of ours, or spoilt by the disk: its header tells. */
async function isSound(path: string, isRight: (file: GgufFile) => boolean): Promise<boolean> {
  try {
    const file = await openGguf(path);
    await file.close();
    return isRight(file);
  } catch {
    return false;
  }
}

function isShard(file: GgufFile, id: string, range: LayerRange): boolean {
  const { metadata } = file.header;
  return (
    stringOf(metadata.get(shardKeys.manifestId)) === id &&
    numberOf(metadata.get(shardKeys.firstLayer)) === range.firstLayer &&
    numberOf(metadata.get(shardKeys.lastLayer)) === range.lastLayer
  );
}

function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}

function unwritable(path: string, cause: Error): AppError {
  return new AppError(
    'data-folder-unusable',
    `The shard ${path} could not be written (${cause.message}). Free some space or choose another data folder.`,
    { cause },
  );
}
