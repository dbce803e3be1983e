/**
 * A shard's file while it is being filled, and a journal of its chunks, so that a download continues where it was when the
 * process died:
 *
 *   <path>.download        the file in its final length, with chunks in their final places
 *   <path>.download.have   the journal: the layout's fingerprint and a bitmap of the chunks
 *
 * The journal is written at most once a second, after its chunks were synced, and in place, so that a full disk does not
 * prevent it. Its claims are hashed before they count, so nothing depends on it being right; a kill or a power failure costs
 * the chunks of the last second. The file gets its name when every chunk was verified and all is synced.
 */
import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import { fileProblem } from '../../../src-shared/files/file-problem.ts';
import { type Clock, systemClock } from '../../../src-shared/clock.ts';
import { Bitmap } from './bitmap.ts';
import type { ChunkMap } from './chunk-map.ts';
import type { ShardLayout } from './shard-layout.ts';

const journalEveryMs = 1000;

export const downloadSuffix = '.download';
export const journalSuffix = '.have';

export class PartialFile {
  readonly #path: string;
  readonly #map: ChunkMap;
  readonly #layout: ShardLayout;
  readonly #clock: Clock;
  readonly #handle: FileHandle;
  readonly #journalHandle: FileHandle;
  readonly #have: Bitmap;
  /** Chunks that an earlier process claims to have written; they must be verified. */
  readonly claimed: Bitmap;
  #journalling: Promise<void> | undefined;
  #journalledAt: number;

  /**
   * Creates or opens the file. Only one process may do so at a time.
   * @throws AppError `data-folder-unusable`
   */
  static async open(
    path: string,
    map: ChunkMap,
    layout: ShardLayout,
    clock: Clock = systemClock,
  ): Promise<PartialFile> {
    const partial = `${path}${downloadSuffix}`;
    const opened: FileHandle[] = [];
    try {
      await mkdir(dirname(path), { recursive: true });
      const claimed = await readJournal(partial + journalSuffix, map, layout);
      const flags = claimed === undefined ? 'w+' : 'r+';
      const handle = await open(partial, flags);
      opened.push(handle);
      const journalHandle = await open(partial + journalSuffix, flags);
      opened.push(journalHandle);
      await handle.truncate(layout.fileBytes);
      await handle.write(layout.header, 0, layout.header.byteLength, 0);
      const file = new PartialFile({ path, map, layout, clock, handle, journalHandle, claimed });
      await file.#journal();
      return file;
    } catch (error) {
      await Promise.all(opened.map((handle) => handle.close()));
      throw diskError(path, error);
    }
  }

  private constructor(parts: {
    path: string;
    map: ChunkMap;
    layout: ShardLayout;
    clock: Clock;
    handle: FileHandle;
    journalHandle: FileHandle;
    claimed: Bitmap | undefined;
  }) {
    this.#path = parts.path;
    this.#map = parts.map;
    this.#layout = parts.layout;
    this.#clock = parts.clock;
    this.#handle = parts.handle;
    this.#journalHandle = parts.journalHandle;
    this.claimed = parts.claimed ?? new Bitmap(parts.map.count);
    this.#have = new Bitmap(parts.map.count);
    this.#journalledAt = parts.clock.now();
  }

  /** The verified chunks. */
  get have(): Bitmap {
    return this.#have;
  }

  /** Reads a chunk of the layout without verifying it. @throws AppError `data-folder-unusable` */
  async read(chunk: number): Promise<Buffer<ArrayBuffer>> {
    const { position, length } = this.#place(chunk);
    const data = Buffer.alloc(length);
    try {
      const { bytesRead } = await this.#handle.read(data, 0, length, position);
      return data.subarray(0, bytesRead);
    } catch (error) {
      throw diskError(this.#path, error);
    }
  }

  /** Stores a verified chunk. @throws AppError `data-folder-unusable`, mostly because the disk is full */
  async write(chunk: number, data: Uint8Array): Promise<void> {
    const { position } = this.#place(chunk);
    try {
      for (let done = 0; done < data.byteLength;) {
        const left = data.byteLength - done;
        done += (await this.#handle.write(data, done, left, position + done)).bytesWritten;
      }
      await this.keep(chunk);
    } catch (error) {
      throw diskError(this.#path, error);
    }
  }

  /** Counts a chunk whose verified bytes are in the file already. */
  async keep(chunk: number): Promise<void> {
    this.#have.set(chunk);
    if (this.#clock.now() - this.#journalledAt >= journalEveryMs) {
      await this.#journal();
    }
  }

  /** Drops the journal's claim of a chunk, which turned out to be wrong. */
  disclaim(chunk: number): void {
    this.claimed.clear(chunk);
  }

  /** Closes the file, which a later download can continue. */
  async suspend(): Promise<void> {
    try {
      await this.#journal();
    } finally {
      await this.#close();
    }
  }

  /** Gives the file its final name. Every chunk must be there. @throws AppError `data-folder-unusable` */
  async finish(): Promise<void> {
    try {
      await this.#journalling;
      await this.#handle.sync();
      await this.#close();
      const partial = `${this.#path}${downloadSuffix}`;
      await rename(partial, this.#path);
      await rm(partial + journalSuffix, { force: true });
    } catch (error) {
      throw diskError(this.#path, error);
    }
  }

  async #close(): Promise<void> {
    await Promise.all([this.#handle.close(), this.#journalHandle.close()]);
  }

  /** Writes the journal; a call during a write waits for that one. */
  async #journal(): Promise<void> {
    this.#journalling ??= this.#writeJournal().finally(() => {
      this.#journalling = undefined;
      this.#journalledAt = this.#clock.now();
    });
    await this.#journalling;
  }

  async #writeJournal(): Promise<void> {
    // Claims that are not verified yet must stay in the journal, in case the process dies again.
    const known = this.#have.toBytes();
    for (const [index, byte] of this.claimed.toBytes().entries()) {
      known[index] = (known[index] ?? 0) | byte;
    }
    await this.#handle.datasync();
    const journal = Buffer.concat([Buffer.from(this.#layout.fingerprint, 'hex'), known]);
    await this.#journalHandle.write(journal, 0, journal.byteLength, 0);
  }

  #place(chunk: number): { position: number; length: number } {
    const { tensor, offset, length } = this.#map.placeOf(chunk);
    return { position: (this.#layout.offsets.get(tensor) ?? 0) + offset, length };
  }
}

/** The journal's claims; undefined when there is no journal for this layout, so that the download begins anew. */
async function readJournal(
  path: string,
  map: ChunkMap,
  layout: ShardLayout,
): Promise<Bitmap | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes?.subarray(0, 32).toString('hex') !== layout.fingerprint) {
    return undefined;
  }
  const journal = Bitmap.parse(bytes.subarray(32), map.count);
  if (journal === undefined) {
    return undefined;
  }
  // Claims of chunks outside the layout are dropped.
  const claimed = new Bitmap(map.count);
  for (const chunk of layout.chunks) {
    if (journal.has(chunk)) {
      claimed.set(chunk);
    }
  }
  return claimed;
}

function diskError(path: string, cause: unknown): AppError {
  if (!(cause instanceof Error) || !('syscall' in cause)) {
    return toAppError(cause);
  }
  const isFull = 'code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT');
  return new AppError(
    'data-folder-unusable',
    isFull
      ? `The disk is full: ${path} could not be written. What was downloaded is kept. Free some space and try again.`
      : `The shard ${path} could not be written: ${fileProblem(cause)}. Check the data folder and try again.`,
    { cause },
  );
}
