/** Keeps shards within the owner's limit: the least recently used are deleted first. */
import { type Stats, statSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../src-shared/errors.ts';
import { downloadSuffix, journalSuffix } from '../transfer/partial-file.ts';

/** A shard, or the partial download of one. */
export type StoredShard = {
  readonly path: string;
  /** Size on the disk. */
  readonly bytes: number;
  /** When it was last used, in milliseconds of the file system's clock. */
  readonly usedAt: number;
};

/**
 * The shards to delete so that `neededBytes` more fit into `quotaBytes`: as few as possible, oldest first, and none
 * that is in use. Undefined when the bytes cannot fit.
 */
export function chooseEvictions(
  stored: readonly StoredShard[],
  isInUse: (path: string) => boolean,
  neededBytes: number,
  quotaBytes: number,
): StoredShard[] | undefined {
  let bytes = stored.reduce((sum, shard) => sum + shard.bytes, neededBytes);
  const chosen: StoredShard[] = [];
  for (const shard of stored.toSorted((a, b) => a.usedAt - b.usedAt)) {
    if (bytes > quotaBytes && !isInUse(shard.path)) {
      chosen.push(shard);
      bytes -= shard.bytes;
    }
  }
  return bytes <= quotaBytes ? chosen : undefined;
}

/** All shards in `<folder>/<manifest id>/`. */
export async function storedShards(folder: string): Promise<StoredShard[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const isShard = /(^|[\\/])\d+-\d+\.gguf(\.download)?$/;
  const found = await Promise.all(
    names
      .filter((name) => isShard.test(name))
      .map((name) => stored(join(folder, name)))
      // Files may be deleted between listing and `stat`.
      .map((shard) => shard.catch(() => undefined)),
  );
  return found.filter((shard) => shard !== undefined);
}

/** Bytes of the files in a folder on the disk; 0 for a missing folder. */
export async function folderBytes(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names.map((name) => stored(join(folder, name)).catch(() => undefined)),
  );
  return found.reduce((sum, file) => sum + (file?.bytes ?? 0), 0);
}

async function stored(path: string): Promise<StoredShard> {
  const file = await stat(path);
  return { path, bytes: onDisk(file), usedAt: file.mtimeMs };
}

/** Bytes of one file on the disk; 0 where there is none. */
export function writtenBytes(path: string): number {
  const file = statSync(path, { throwIfNoEntry: false });
  return file === undefined ? 0 : onDisk(file);
}

/** Holes of sparse files take no room. On file systems that do not report holes, `blocks` is 0 or counts the whole file. */
function onDisk({ size, blocks }: Stats): number {
  return blocks > 0 ? Math.min(size, blocks * 512) : size;
}

export async function deleteShard(path: string): Promise<void> {
  await rm(path, { force: true, maxRetries: 3 });
  if (path.endsWith(downloadSuffix)) {
    await rm(path + journalSuffix, { force: true });
  }
}

/**
 * Deletes unused shards until `neededBytes` more fit into `quotaBytes`.
 * @throws AppError `data-folder-unusable` when the limit is too small for the shards in use
 */
export async function makeRoom(
  folder: string,
  isInUse: (path: string) => boolean,
  neededBytes: number,
  quotaBytes: number,
): Promise<void> {
  const evictions = chooseEvictions(await storedShards(folder), isInUse, neededBytes, quotaBytes);
  if (evictions === undefined) {
    throw new AppError(
      'data-folder-unusable',
      `The layers need ${gigabytes(neededBytes)} GB, and the limit of ${gigabytes(quotaBytes)} GB for downloaded models leaves less beside what is in use. Raise the limit, or stop hosting something.`,
    );
  }
  for (const { path } of evictions) {
    await deleteShard(path);
  }
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(1);
}
