/**
 * Shards and headers of models, stored in `<folder>/<manifest id>/`: each is made once, by the caller that needs it first.
 * Shards stay within the owner's limit: those not used for longest go first, never one that is pinned, being read
 * or being made.
 */
import { copyFile, mkdir, rm, utimes } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { AppError } from '../../../src-shared/errors.ts';
import type { LayerRange } from '../../../src-shared/model.ts';
import { shardKeys } from '../../gguf/other-kinds.ts';
import { type GgufFile, openGguf } from '../../gguf/read.ts';
import { numberOf, stringOf } from '../../gguf/values.ts';
import { downloadSuffix } from '../transfer/partial-file.ts';
import { DiskRoom } from './disk-room.ts';
import { deleteShard, folderBytes, makeRoom, storedShards } from './shard-room.ts';
import { SharedJobs } from '../base/shared-jobs.ts';

export type PinnedShard = { readonly manifestId: string; readonly range: LayerRange };

/** A shard that is there in full. */
export type ReadyShard = { readonly range: LayerRange; readonly path: string };

/** Writes the file at `path`, whole or not at all. */
type Make = (path: string, signal: AbortSignal) => Promise<void>;

const headerName = 'header.gguf';

export class ShardCache {
  readonly #folder: string;
  readonly #filesFolder: string;
  readonly #disk: DiskRoom;
  readonly #jobs = new SharedJobs<string>();
  /** Being made now, by path. */
  readonly #making = new Set<string>();
  /** Being read now, by path: how often. */
  readonly #reading = new Map<string, number>();
  #pinned: ReadonlySet<string> = new Set();
  /** In bytes; null has no limit. */
  quotaBytes: number | null = null;

  /** Files in `filesFolder` count for the limit, too. */
  /** When a shard was last used, in milliseconds since 1970. */
  #usedAt = 0;

  constructor(folder: string, filesFolder: string) {
    this.#folder = folder;
    this.#filesFolder = resolve(filesFolder);
    this.#disk = new DiskRoom(folder);
  }

  /**
   * The path of a shard, made unless it is there.
   * @throws AppError `data-folder-unusable`; what `make` throws; the signal's reason
   */
  async shard(id: string, range: LayerRange, make: Make, signal?: AbortSignal): Promise<string> {
    const path = await this.#get(
      id,
      nameOf(range),
      signal,
      (file) => isShard(file, id, range),
      make,
    );
    // Of two that were used within a millisecond, the later one is the newer one.
    this.#usedAt = Math.max(Date.now(), this.#usedAt + 1);
    const now = new Date(this.#usedAt);
    // One that cannot be touched is only evicted sooner.
    await utimes(path, now, now).catch(() => undefined);
    return path;
  }

  /** The path of a file with the model's metadata alone. Errors as above. */
  async header(id: string, make: Make): Promise<string> {
    return await this.#get(id, headerName, undefined, () => true, make);
  }

  /** Takes a header that came from elsewhere. @throws AppError `data-folder-unusable` */
  async putHeader(id: string, from: string): Promise<void> {
    await this.header(id, (path) => copyFile(from, path));
  }

  /** Deletes everything made from a model; work in progress is abandoned. */
  async remove(id: string): Promise<void> {
    await this.#jobs.abort(`${id}/`, new AppError('cancelled', 'The model was removed.'));
    await rm(join(this.#folder, id), { recursive: true, force: true, maxRetries: 3 });
  }

  /** Deletes one shard and what was downloaded of it, unless it is pinned or being read. Whether it is gone. */
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

  /** These stay whatever the limit; replaces those pinned before. */
  pin(shards: readonly PinnedShard[]): void {
    this.#pinned = new Set(
      shards.map(({ manifestId, range }) => join(this.#folder, manifestId, nameOf(range))),
    );
  }

  /** The shard stays until the function that is returned is called, once. */
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

  /** What all shards and downloaded files take on the disk. */
  async usedBytes(): Promise<number> {
    const shards = await storedShards(this.#folder);
    return shards.reduce((sum, { bytes }) => sum + bytes, await folderBytes(this.#filesFolder));
  }

  /** Ids of the models of which shards are there in full. */
  async modelsWithShards(): Promise<ReadonlySet<string>> {
    const shards = (await storedShards(this.#folder)).filter(
      ({ path }) => !path.endsWith(downloadSuffix),
    );
    return new Set(shards.map(({ path }) => basename(dirname(path))));
  }

  /** The model's shards that are there in full. */
  async shardsOf(id: string): Promise<ReadyShard[]> {
    const folder = join(this.#folder, id) + sep;
    return (await storedShards(this.#folder)).flatMap(({ path }) => {
      const [, first, last] = /(\d+)-(\d+)\.gguf$/.exec(path) ?? [];
      const range = { firstLayer: Number(first), lastLayer: Number(last) };
      return path.startsWith(folder) && last !== undefined ? [{ range, path }] : [];
    });
  }

  /**
   * Makes room for a shard that will take so many bytes at `path`.
   * @throws AppError `data-folder-unusable` when the limit does not allow it
   */
  async makeRoom(path: string, bytes: number): Promise<void> {
    if (this.quotaBytes !== null) {
      // What an earlier download left of it is taken up again, so it is not counted twice.
      const before = (await storedShards(this.#folder)).find(
        (shard) => shard.path === `${path}${downloadSuffix}`,
      );
      const needed = Math.max(0, bytes - (before?.bytes ?? 0));
      const quota = this.quotaBytes - (await folderBytes(this.#filesFolder));
      await makeRoom(this.#folder, (each) => this.#isInUse(each), needed, quota);
    }
  }

  /**
   * Cuts a shard that will take so many bytes at `path`, within the owner's limit and the room that the disk has.
   * @throws AppError `data-folder-unusable` when there is none; what `cut` throws
   */
  async cutWithin(path: string, bytes: number, cut: () => Promise<void>): Promise<void> {
    await this.makeRoom(path, bytes);
    await this.#disk.use(bytes, (each) => this.#isInUse(each), cut);
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
