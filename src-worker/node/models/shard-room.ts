/** Keeps shards within the owner's limit: the least recently used go first. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../src-shared/errors.ts';
import { downloadSuffix, journalSuffix } from '../transfer/partial-file.ts';

/** A shard, or what was downloaded of one. */
export type StoredShard = {
  readonly path: string;
  /** What it takes on the disk. */
  readonly bytes: number;
  /** When it was used last, in milliseconds of the file system's clock. */
  readonly usedAt: number;
};

/**
 * What to delete so that `neededBytes` more fit into `quotaBytes`: as little as possible, oldest first, nothing
 * that is in use. Undefined when they cannot fit.
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
      // Gone between listing and looking.
      .map((shard) => shard.catch(() => undefined)),
  );
  return found.filter((shard) => shard !== undefined);
}

/** What the files in a folder take on the disk; a folder that is not there has none. */
export async function folderBytes(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names.map((name) => stored(join(folder, name)).catch(() => undefined)),
  );
  return found.reduce((sum, file) => sum + (file?.bytes ?? 0), 0);
}

async function stored(path: string): Promise<StoredShard> {
  const { size, blocks, mtimeMs } = await stat(path);
  // Holes take no room; where the file system does not tell of them, blocks are 0 or all there are.
  const bytes = blocks > 0 ? Math.min(size, blocks * 512) : size;
  return { path, bytes, usedAt: mtimeMs };
}

export async function deleteShard(path: string): Promise<void> {
  await rm(path, { force: true, maxRetries: 3 });
  if (path.endsWith(downloadSuffix)) {
    await rm(path + journalSuffix, { force: true });
  }
}

/** @throws AppError `data-folder-unusable` when the limit is too small for what must stay */
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
