/**
 * Fills a shard's file from several sources at once: chunks on this machine's disk come from there, the others from peers and
 * web servers, the rarest chunk first. Every chunk is verified before it is stored. A source that sends wrong bytes is not used
 * again; one that is slow or gone is replaced, and tried again later.
 */
import { AppError } from '../../../src-shared/errors.ts';
import { type Clock, systemClock } from '../../../src-shared/clock.ts';
import type { ChunkHashes } from './chunk-hashes.ts';
import type { ChunkMap } from './chunk-map.ts';
import { ChunkScheduler } from './chunk-scheduler.ts';
import type { ChunkSource } from './chunk-source.ts';
import { collectLeaves } from './leaf-collector.ts';
import type { PartialFile } from './partial-file.ts';
import type { ShardLayout } from './shard-layout.ts';
import { SourcePool, type SourceCandidate, type SourceFault } from './source-pool.ts';
import type { TokenBucket } from '../base/token-bucket.ts';

export type DownloadProgress = {
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** The number of peers and servers in use. */
  readonly sources: number;
};

export type DownloadTimes = {
  /** A source that sends nothing for this long during a request is replaced; the next time it has twice as long. */
  readonly stallMs: number;
  /** A chunk that takes longer is requested from a second source when no other chunk is left to request. */
  readonly lateMs: number;
  /** How often new sources are looked for, and idle ones asked for their current chunks. */
  readonly lookMs: number;
  /** Without any source for this long the download fails; the partial file stays on the disk. */
  readonly patienceMs: number;
};

const usualTimes: DownloadTimes = {
  stallMs: 60_000,
  lateMs: 3000,
  lookMs: 5000,
  patienceMs: 60_000,
};

export type DownloadOptions = {
  readonly map: ChunkMap;
  readonly layout: ShardLayout;
  readonly hashes: ChunkHashes;
  readonly file: PartialFile;
  /** The sources that are available now; called again and again. */
  readonly candidates: () => readonly SourceCandidate[];
  readonly download: TokenBucket;
  readonly signal: AbortSignal;
  /** Called when all leaves of the shard's tensors are known. */
  readonly onLeaves?: (() => Promise<void>) | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  readonly onFault?: ((fault: SourceFault) => void) | undefined;
  readonly times?: Partial<DownloadTimes> | undefined;
  readonly clock?: Clock;
  readonly random?: () => number;
};

/**
 * Resolves when the file is complete and has its name. After a failure, the fetched chunks stay for the next time.
 * @throws AppError `no-route` when no peer has what is missing, `data-folder-unusable`; the signal's reason
 */
export async function downloadShard(options: DownloadOptions): Promise<void> {
  const { file } = options;
  try {
    await new ShardDownload(options).run();
  } catch (error) {
    await file.suspend().catch(() => undefined);
    throw error;
  }
  await file.finish();
}

class ShardDownload {
  readonly #options: DownloadOptions;
  readonly #times: DownloadTimes;
  readonly #clock: Clock;
  readonly #scheduler: ChunkScheduler;
  readonly #sources: SourcePool;
  readonly #ended = Promise.withResolvers<void>();
  readonly #controller = new AbortController();
  /** The call of `onLeaves`, while it is pending. */
  #toldLeaves: Promise<void> | undefined;
  /** Lanes that wait for a chunk to request; a source has one lane for each request under way. */
  #idle: (() => void)[] = [];
  /** The number of chunks under way. */
  #busy = 0;
  #doneBytes = 0;
  #gainedAt: number;

  constructor(options: DownloadOptions) {
    const { map, layout, random, clock = systemClock } = options;
    this.#options = options;
    this.#clock = clock;
    this.#times = { ...usualTimes, ...options.times };
    this.#gainedAt = clock.now();
    this.#scheduler = new ChunkScheduler(map.count, layout.chunks, random);
    this.#sources = new SourcePool({
      candidates: options.candidates,
      use: (source, signal) => this.#use(source, signal),
      onFault: options.onFault,
      stallMs: this.#times.stallMs,
      clock,
      signal: this.#controller.signal,
    });
  }

  async run(): Promise<void> {
    const { signal, file } = this.#options;
    const onAbort = (): void => this.#ended.reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    let cancelTick: (() => void) | undefined;
    const tick = (): void => {
      this.#reconcile();
      cancelTick = this.#clock.after(this.#times.lookMs, tick);
    };
    try {
      signal.throwIfAborted();
      this.#sources.open(resumed(file));
      // Local sources come first, so that no peer is asked for chunks that are here.
      await this.#sources.openLocalSources();
      tick();
      await this.#ended.promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
      cancelTick?.();
      this.#controller.abort(new AppError('cancelled', 'The download has ended'));
      this.#wake();
      await this.#sources.close();
      await this.#toldLeaves;
    }
  }

  #reconcile(): void {
    this.#sources.reconcile();
    this.#wake();
    const isWaiting = this.#busy === 0 && !this.#scheduler.isComplete;
    if (isWaiting && this.#clock.now() - this.#gainedAt >= this.#times.patienceMs) {
      this.#ended.reject(
        new AppError(
          'no-route',
          `No peer in reach gives the missing parts of ${this.#options.map.manifest.name}. What was downloaded is kept; try again when more peers are there.`,
        ),
      );
    }
  }

  /** Fetches from a source until the download ends. @throws any error of the source */
  async #use(source: ChunkSource, signal: AbortSignal): Promise<void> {
    this.#scheduler.setSource(source.id, source.have, source.kind === 'file');
    try {
      while (!(await this.#knowsLeaves(source, signal))) {
        await this.#awaitChunk();
        signal.throwIfAborted();
      }
      this.#wake();
      await this.#fetchInLanes(source, signal);
    } finally {
      this.#scheduler.removeSource(source.id);
      this.#wake();
    }
  }

  /** Settles when no request is under way any more. */
  async #fetchInLanes(source: ChunkSource, signal: AbortSignal): Promise<void> {
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    await Promise.all(
      Array.from({ length: source.parallel }, async (_, lane) => {
        try {
          await this.#fetchChunks(source, lane === 0, either);
        } catch (error) {
          // The first failure is the cause; the others follow from it.
          failed.abort(error);
          this.#wake();
        }
      }),
    );
    failed.signal.throwIfAborted();
  }

  async #knowsLeaves(source: ChunkSource, signal: AbortSignal): Promise<boolean> {
    const { hashes, layout, onLeaves } = this.#options;
    const known = await collectLeaves(hashes, [...layout.offsets.keys()], (tensor) =>
      this.#sources.timed(source, () => source.leaves(tensor, signal)),
    );
    if (known && this.#toldLeaves === undefined) {
      this.#toldLeaves = onLeaves?.().catch((error: unknown) => this.#ended.reject(error));
      this.#wake();
    }
    return known;
  }

  async #fetchChunks(source: ChunkSource, isFirst: boolean, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const now = this.#clock.now();
      const chunk = this.#scheduler.next(source.id, now, now - this.#times.lateMs);
      if (chunk === undefined) {
        await this.#awaitChunk();
        if (isFirst && !signal.aborted && source.have.count < this.#options.map.count) {
          await this.#refresh(source, signal);
        }
      } else {
        this.#busy += 1;
        try {
          await this.#fetch(source, chunk, signal);
        } finally {
          this.#busy -= 1;
        }
      }
    }
  }

  async #fetch(source: ChunkSource, chunk: number, signal: AbortSignal): Promise<void> {
    const { map, hashes, file, download, layout } = this.#options;
    const { length } = map.placeOf(chunk);
    if (source.kind !== 'file') {
      await download.take(length, signal);
    }
    if (this.#scheduler.isDone(chunk)) {
      return;
    }
    const data = await this.#sources.timed(source, () => source.fetch(chunk, signal));
    const isRight = data !== undefined && (await hashes.isRight(chunk, data));
    if (this.#scheduler.isDone(chunk)) {
      return;
    }
    if (!isRight) {
      if (data !== undefined && source.kind !== 'file') {
        throw new AppError('protocol-violation', "A source sent bytes that are not the model's");
      }
      file.disclaim(chunk);
      this.#scheduler.fail(source.id, chunk);
      this.#wake();
      return;
    }
    try {
      await (source.id === resumedId ? file.keep(chunk) : file.write(chunk, data));
    } catch (error) {
      this.#ended.reject(error);
      return;
    }
    if (this.#scheduler.isDone(chunk)) {
      return;
    }
    this.#scheduler.finish(chunk);
    this.#doneBytes += length;
    this.#gainedAt = this.#clock.now();
    this.#options.onProgress?.({
      doneBytes: this.#doneBytes,
      totalBytes: layout.dataBytes,
      sources: this.#sources.count,
    });
    if (this.#scheduler.isComplete) {
      this.#ended.resolve();
    }
  }

  async #refresh(source: ChunkSource, signal: AbortSignal): Promise<void> {
    await this.#sources.timed(source, () => source.refresh(signal));
    if (!signal.aborted) {
      this.#scheduler.setSource(source.id, source.have, source.kind === 'file');
    }
  }

  /** Waits until there may be a chunk to request. */
  async #awaitChunk(): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.after(this.#times.lateMs, resolve);
      this.#idle.push(() => {
        cancel();
        resolve();
      });
    });
  }

  #wake(): void {
    const idle = this.#idle;
    this.#idle = [];
    idle.forEach((wake) => wake());
  }
}

const resumedId = 'this download, before';

/** The partial file of an earlier process as a source: its chunks are verified like those of any other. */
function resumed(file: PartialFile): ChunkSource {
  return {
    id: resumedId,
    kind: 'file',
    have: file.claimed,
    parallel: 2,
    fetch: (chunk) => file.read(chunk),
    leaves: async () => undefined,
    refresh: async () => {},
    close: async () => {},
  };
}
