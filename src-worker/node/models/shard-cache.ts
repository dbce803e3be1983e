/**
 * Shards and headers of models, stored in `<folder>/<manifest id>/`. Each is made once, by the caller that needs it first.
 * Shards stay within the owner's limit: the least recently used ones are evicted, but never one that is pinned, being read
 * or being made.
 */
import { copyFile, link, mkdir, rm, utimes } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { AppError } from '../../../src-shared/errors.ts';
import { fileProblem } from '../../../src-shared/files/file-problem.ts';
import type { LayerRange } from '../../../src-shared/model.ts';
import { shardKeys } from '../../gguf/other-kinds.ts';
import { type GgufFile, openGguf } from '../../gguf/read.ts';
import { numberOf, stringOf } from '../../gguf/values.ts';
import { downloadSuffix } from '../transfer/partial-file.ts';
import { DiskRoom } from './disk-room.ts';
import { deleteShard, folderBytes, makeRoom, storedShards, writtenBytes } from './shard-room.ts';
import { SharedJobs } from '../base/shared-jobs.ts';

export type PinnedShard = { readonly manifestId: string; readonly range: LayerRange };

/** A complete shard. */
export type ReadyShard = { readonly range: LayerRange; readonly path: string };

/** Writes the file at `path` atomically. */
type Make = (path: string, signal: AbortSignal) => Promise<void>;

/** Bytes that shards may take; negative where there are fewer than they take now. */
export type ShardRoom = {
  readonly limitBytes: number | null;
  readonly newBytes: number;
};

const headerName = 'header.gguf';

export class ShardCache {
  readonly #folder: string;
  readonly #filesFolder: string;
  readonly #disk: DiskRoom;
  readonly #jobs = new SharedJobs<string>();
  /** Paths of shards that are being made. */
  readonly #making = new Set<string>();
  /** The number of readers of a shard, by path. */
  readonly #reading = new Map<string, number>();
  #pinned: ReadonlySet<string> = new Set();
  /** The limit for shards and downloaded files, in bytes; null means no limit. */
  quotaBytes: number | null = null;
  /** When a shard was last used, in milliseconds since 1970. */
  #usedAt = 0;

  /** @param filesFolder a folder whose files count for the limit too */
  constructor(folder: string, filesFolder: string) {
    this.#folder = folder;
    this.#filesFolder = resolve(filesFolder);
    this.#disk = new DiskRoom(folder);
  }

  /**
   * The path of a shard, which `make` writes where it is missing or damaged.
   * @throws AppError `data-folder-unusable`; errors of `make`; the signal's reason
   */
  async shard(id: string, range: LayerRange, make: Make, signal?: AbortSignal): Promise<string> {
    const path = await this.#get(
      id,
      nameOf(range),
      signal,
      (file) => isShard(file, id, range),
      make,
    );
    // Each use gets a later time than the one before, also within one millisecond.
    this.#usedAt = Math.max(Date.now(), this.#usedAt + 1);
    const now = new Date(this.#usedAt);
    // A shard whose time cannot be set is only evicted sooner.
    await utimes(path, now, now).catch(() => undefined);
    return path;
  }

  /** The path of a file with the model's metadata alone. Errors as `shard`. */
  async header(id: string, make: Make): Promise<string> {
    return await this.#get(id, headerName, undefined, () => true, make);
  }

  /** Stores the header at `from`, whose bytes are then on the disk once. @throws AppError `data-folder-unusable` */
  async putHeader(id: string, from: string): Promise<void> {
    await this.header(id, async (path) => {
      await rm(path, { force: true });
      // Not every file system has hard links. The file at `from` stays, because a tokenizer may be about to read it.
      await link(from, path).catch(() => copyFile(from, path));
    });
  }

  /** Deletes everything made from a model, and aborts what is being made. */
  async remove(id: string): Promise<void> {
    await this.#jobs.abort(`${id}/`, new AppError('cancelled', 'The model was removed.'));
    await rm(join(this.#folder, id), { recursive: true, force: true, maxRetries: 3 });
  }

  /** Deletes one shard and its partial download, unless it is pinned or being read. Returns whether it is gone. */
  async removeShard(id: string, range: LayerRange): Promise<boolean> {
    const path = join(this.#folder, id, nameOf(range));
    await this.#jobs.abort(
      `${id}/${nameOf(range)}`,
      new AppError('cancelled', 'The layers were removed.'),
    );
    if (this.#isInUse(path)) {
      return false;
    }
    await deleteShard(path);
    await deleteShard(`${path}${downloadSuffix}`);
    return true;
  }

  /** Replaces the pinned shards, which are never evicted. */
  pin(shards: readonly PinnedShard[]): void {
    this.#pinned = new Set(
      shards.map(({ manifestId, range }) => join(this.#folder, manifestId, nameOf(range))),
    );
  }

  /** Keeps a shard from being evicted until the caller calls the returned function, once. */
  hold(path: string): () => void {
    this.#reading.set(path, (this.#reading.get(path) ?? 0) + 1);
    return () => {
      const left = (this.#reading.get(path) ?? 1) - 1;
      if (left > 0) {
        this.#reading.set(path, left);
      } else {
        this.#reading.delete(path);
      }
    };
  }

  /** Bytes of all shards and downloaded files on the disk. */
  async usedBytes(): Promise<number> {
    const shards = await storedShards(this.#folder);
    return shards.reduce((sum, { bytes }) => sum + bytes, await folderBytes(this.#filesFolder));
  }

  /** Ids of the models with at least one complete shard. */
  async modelsWithShards(): Promise<ReadonlySet<string>> {
    const shards = (await storedShards(this.#folder)).filter(
      ({ path }) => !path.endsWith(downloadSuffix),
    );
    return new Set(shards.map(({ path }) => basename(dirname(path))));
  }

  /** The model's complete shards. */
  async shardsOf(id: string): Promise<ReadyShard[]> {
    const folder = join(this.#folder, id) + sep;
    return (await storedShards(this.#folder)).flatMap(({ path }) => {
      const [, first, last] = /(\d+)-(\d+)\.gguf$/.exec(path) ?? [];
      const range = { firstLayer: Number(first), lastLayer: Number(last) };
      return path.startsWith(folder) && last !== undefined ? [{ range, path }] : [];
    });
  }

  /**
   * What shards may take: of the owner's limit, all of them together beside downloaded files (null: no limit), and of the disk,
   * new ones, for which those that are not in use would be deleted.
   */
  async room(): Promise<ShardRoom> {
    const stored = await storedShards(this.#folder);
    const unused = stored.filter(({ path }) => !this.#isInUse(path));
    return {
      limitBytes:
        this.quotaBytes === null ? null : this.quotaBytes - (await folderBytes(this.#filesFolder)),
      newBytes: unused.reduce((sum, { bytes }) => sum + bytes, this.#disk.freeBytes()),
    };
  }

  /**
   * Makes room within the owner's limit for a shard that will take so many bytes at `path`.
   * @returns those of the bytes that are not in its partial download, which is resumed
   * @throws AppError `data-folder-unusable` when the limit does not allow it
   */
  async makeRoom(path: string, bytes: number): Promise<number> {
    const needed = Math.max(0, bytes - writtenBytes(`${path}${downloadSuffix}`));
    if (this.quotaBytes !== null) {
      const quota = this.quotaBytes - (await folderBytes(this.#filesFolder));
      await makeRoom(this.#folder, (each) => this.#isInUse(each), needed, quota);
    }
    return needed;
  }

  /**
   * Cuts or fetches a shard that will take so many bytes at `path`, within the owner's limit and the room that the disk has.
   * @throws AppError `data-folder-unusable` when there is no room; errors of `make`
   */
  async makeWithin(path: string, bytes: number, make: () => Promise<void>): Promise<void> {
    const needed = await this.makeRoom(path, bytes);
    await this.#disk.use(
      needed,
      (each) => this.#isInUse(each),
      make,
      () => Math.max(0, bytes - writtenBytes(`${path}${downloadSuffix}`)),
    );
  }

  #isInUse(path: string): boolean {
    const shard = path.endsWith(downloadSuffix) ? path.slice(0, -downloadSuffix.length) : path;
    return this.#pinned.has(shard) || this.#reading.has(shard) || this.#making.has(shard);
  }

  async #get(
    id: string,
    name: string,
    signal: AbortSignal | undefined,
    isRight: (file: GgufFile) => boolean,
    make: Make,
  ): Promise<string> {
    return await this.#jobs.run(`${id}/${name}`, signal, async (jobSignal) => {
      const path = join(this.#folder, id, name);
      if (await isSound(path, isRight)) {
        return path;
      }
      this.#making.add(path);
      try {
        await mkdir(join(this.#folder, id), { recursive: true });
        await make(path, jobSignal);
      } catch (error) {
        throw isSystemError(error) ? unwritable(path, error) : error;
      } finally {
        this.#making.delete(path);
      }
      return path;
    });
  }
}

function nameOf({ firstLayer, lastLayer }: LayerRange): string {
  return `${firstLayer}-${lastLayer}.gguf`;
}

/** Checks a cached file by its header: it may have an earlier format, or be damaged. */
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
    `The shard ${path} could not be written: ${fileProblem(cause)}. Free some space or choose another data folder.`,
    { cause },
  );
}
