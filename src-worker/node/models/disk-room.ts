/**
 * Room on the disk for shards, cut from files on this machine or fetched. It is checked before the first byte is written,
 * and a reserve stays free, because a full disk stops other programs.
 */
import { statfsSync } from 'node:fs';
import { AppError } from '../../../src-shared/errors.ts';
import { chooseEvictions, deleteShard, storedShards } from './shard-room.ts';

/** The reserve: this share of the disk's size, but at most `largestReserve` bytes. */
const reservedShare = 0.05;
const largestReserve = 1024 * 1024 * 1024;

/** @returns bytes of a disk of this size that shards leave free */
export function diskReserve(diskBytes: number): number {
  return Math.min(largestReserve, Math.floor(diskBytes * reservedShare));
}

/** Bytes that will be written; `left` tells how many of them are not on the disk yet. */
type Promised = { readonly left: () => number };

export class DiskRoom {
  readonly #folder: string;
  /** Of shards that are being written. */
  readonly #promised = new Set<Promised>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Calls `write`, which writes so many bytes, once they fit on the folder's disk. To make room, deletes as few unused
   * shards as possible.
   * @param left how many of the bytes are not written yet
   * @throws AppError `data-folder-unusable` with the bytes that are missing, before `write` is called; errors of `write`
   */
  async use(
    bytes: number,
    isInUse: (path: string) => boolean,
    write: () => Promise<void>,
    left: () => number = () => bytes,
  ): Promise<void> {
    if (this.freeBytes() < bytes) {
      await this.#evict(bytes, isInUse);
    }
    // There is no await between this check and the reservation, so that two shards cannot reserve the same room.
    const free = this.freeBytes();
    if (free < bytes) {
      throw new AppError(
        'data-folder-unusable',
        `There is no room for these layers: they need ${megabytes(bytes)}, and the disk of ${this.#folder} lacks ${megabytes(bytes - free)} of it beside what stays free for other programs. Free some space, or host fewer layers.`,
      );
    }
    const promised = { left };
    this.#promised.add(promised);
    try {
      await write();
    } finally {
      this.#promised.delete(promised);
    }
  }

  /** The bytes that may be written now; negative where the reserve is used up. */
  freeBytes(): number {
    const { bavail, blocks, bsize } = statfsSync(this.#folder);
    const promised = [...this.#promised].reduce((sum, { left }) => sum + left(), 0);
    return bavail * bsize - diskReserve(blocks * bsize) - promised;
  }

  async #evict(bytes: number, isInUse: (path: string) => boolean): Promise<void> {
    const stored = await storedShards(this.#folder);
    const storedBytes = stored.reduce((sum, shard) => sum + shard.bytes, 0);
    const evictions = chooseEvictions(stored, isInUse, bytes, storedBytes + this.freeBytes());
    for (const { path } of evictions ?? []) {
      await deleteShard(path);
    }
  }
}

function megabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
