/**
 * Room on the disk for shards that are cut from files on this machine. It is checked before the first byte is written,
 * and a reserve stays free: a disk that is full to the brim stops other programs.
 */
import { statfsSync } from 'node:fs';
import { AppError } from '../../../src-shared/errors.ts';
import { chooseEvictions, deleteShard, storedShards } from './shard-room.ts';

/** Of the disk's size, and this much at most, in bytes. */
const reservedShare = 0.05;
const largestReserve = 1024 * 1024 * 1024;

/** @returns bytes of a disk of this size that shards leave free */
export function diskReserve(diskBytes: number): number {
  return Math.min(largestReserve, Math.floor(diskBytes * reservedShare));
}

export class DiskRoom {
  readonly #folder: string;
  /** Bytes that are promised to shards that are being written. */
  #promised = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Writes so many bytes to the folder's disk where they fit. Shards that are not needed go first, as few as possible.
   * @throws AppError `data-folder-unusable` with what is missing, when nothing was written; what `write` throws
   */
  async use(
    bytes: number,
    isInUse: (path: string) => boolean,
    write: () => Promise<void>,
  ): Promise<void> {
    if (this.#free() < bytes) {
      await this.#evict(bytes, isInUse);
    }
    // Nothing comes between this look and the promise, so that two shards do not count on the same room.
    const free = this.#free();
    if (free < bytes) {
      throw new AppError(
        'data-folder-unusable',
        `There is no room to cut these layers: they need ${megabytes(bytes)}, and the disk of ${this.#folder} lacks ${megabytes(bytes - free)} of it beside what stays free for other programs. Free some space, or host fewer layers.`,
      );
    }
    this.#promised += bytes;
    try {
      await write();
    } finally {
      this.#promised -= bytes;
    }
  }

  /** What may be written now, in bytes; below zero where the reserve is used up. */
  #free(): number {
    const { bavail, blocks, bsize } = statfsSync(this.#folder);
    return bavail * bsize - diskReserve(blocks * bsize) - this.#promised;
  }

  async #evict(bytes: number, isInUse: (path: string) => boolean): Promise<void> {
    const stored = await storedShards(this.#folder);
    const storedBytes = stored.reduce((sum, shard) => sum + shard.bytes, 0);
    const evictions = chooseEvictions(stored, isInUse, bytes, storedBytes + this.#free());
    for (const { path } of evictions ?? []) {
      await deleteShard(path);
    }
  }
}

function megabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
