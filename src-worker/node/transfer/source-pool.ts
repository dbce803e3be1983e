/**
 * The sources of a download: opens available ones, checks that each keeps sending, and remembers those that must not be used
 * again.
 */
import { type BackOff, backOffMs } from '../../../src-shared/back-off.ts';
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import type { Clock } from '../../../src-shared/clock.ts';
import type { Fault } from '../trust/faults.ts';
import type { ChunkSource } from './chunk-source.ts';

/** Most sources in use at once. */
const maxSources = 8;

/** Back-off before a source that failed is tried again. */
const retries: BackOff = { firstMs: 2000, longestMs: 60_000 };

/** How often a source's time limit doubles after a stall, so that a slow source that is the only one succeeds in the end. */
const mostStalls = 10;

/** A known source that is not opened yet. */
export type SourceCandidate = {
  readonly id: string;
  readonly kind: ChunkSource['kind'];
  readonly open: (signal: AbortSignal) => Promise<ChunkSource>;
};

/**
 * The fault of a source. `lied`: it sent wrong bytes or hashes, or violated the protocol; `stalled`: it sent nothing for too
 * long; `failed`: it could not be opened, refused, or ended early.
 */
export type SourceFault = {
  readonly id: string;
  readonly kind: ChunkSource['kind'];
  readonly fault: Extract<Fault, 'lied' | 'stalled' | 'failed'>;
  readonly reason: string;
};

type Used = {
  readonly kind: ChunkSource['kind'];
  readonly controller: AbortController;
  /** Resolves when the source is open or has failed to open. */
  readonly opened: Promise<void>;
  readonly ended: Promise<void>;
  /** The number of requests under way. */
  waiting: number;
  cancelStall: () => void;
};

type Past = { failures: number; stalls: number; retryAt: number };

type SourcePoolOptions = {
  readonly candidates: () => readonly SourceCandidate[];
  /** Fetches from a source until it fails or its signal fires; settles when no request is under way any more. */
  readonly use: (source: ChunkSource, signal: AbortSignal) => Promise<void>;
  readonly onFault: ((fault: SourceFault) => void) | undefined;
  readonly stallMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
};

export class SourcePool {
  readonly #options: SourcePoolOptions;
  readonly #used = new Map<string, Used>();
  readonly #past = new Map<string, Past>();
  /** Sources that this download must not use again; faults of peers are reported to trust as well. */
  readonly #banned = new Set<string>();

  constructor(options: SourcePoolOptions) {
    this.#options = options;
  }

  /** The number of peers and servers in use or being opened. */
  get count(): number {
    return [...this.#used.values()].filter(({ kind }) => kind !== 'file').length;
  }

  /** Opens all local sources, and resolves when all are in use. */
  async openLocalSources(): Promise<void> {
    this.#reconcile(this.#options.candidates().filter(({ kind }) => kind === 'file'));
    await Promise.all([...this.#used.values()].map(({ opened }) => opened));
  }

  /** Opens available sources that are not in use, as many as fit. */
  reconcile(): void {
    this.#reconcile(this.#options.candidates());
  }

  #reconcile(candidates: readonly SourceCandidate[]): void {
    const now = this.#options.clock.now();
    for (const candidate of candidates) {
      const isReady = now >= (this.#past.get(candidate.id)?.retryAt ?? 0);
      const isNew = !this.#used.has(candidate.id) && !this.#banned.has(candidate.id);
      if (isReady && isNew && this.#used.size < maxSources) {
        this.#start(candidate);
      }
    }
  }

  /** Adds an open source. */
  open(source: ChunkSource): void {
    this.#start({ id: source.id, kind: source.kind, open: async () => source });
  }

  /** Runs a request to a source in use. If the source sends nothing in time, its signal fires. */
  async timed<Result>(source: ChunkSource, ask: () => Promise<Result>): Promise<Result> {
    const used = this.#used.get(source.id);
    if (used === undefined) {
      throw new AppError('cancelled', 'The source is not in use any more');
    }
    used.waiting += 1;
    this.#watch(source.id, used);
    try {
      return await ask();
    } finally {
      used.waiting -= 1;
      this.#watch(source.id, used);
    }
  }

  /** Resolves when no source is in use any more. The signal must have fired. */
  async close(): Promise<void> {
    await Promise.all([...this.#used.values()].map(({ ended }) => ended));
  }

  #start(candidate: SourceCandidate): void {
    const controller = new AbortController();
    const onAbort = (): void => controller.abort(this.#options.signal.reason);
    this.#options.signal.addEventListener('abort', onAbort, { once: true });
    const started = Promise.withResolvers<void>();
    const opened = Promise.withResolvers<void>();
    const ended = started.promise
      .then(() => this.#run(candidate, controller, opened.resolve))
      .finally(() => {
        this.#options.signal.removeEventListener('abort', onAbort);
        this.#used.get(candidate.id)?.cancelStall();
        this.#used.delete(candidate.id);
      });
    this.#used.set(candidate.id, {
      kind: candidate.kind,
      controller,
      opened: opened.promise,
      ended,
      waiting: 0,
      cancelStall: () => {},
    });
    started.resolve();
  }

  async #run(
    candidate: SourceCandidate,
    controller: AbortController,
    opened: () => void,
  ): Promise<void> {
    let source: ChunkSource | undefined;
    try {
      source = await candidate.open(controller.signal).finally(opened);
      await this.#options.use(source, controller.signal);
    } catch (error) {
      // After a stall, the request's error is only that of the abort; the cause is the abort's reason.
      const cause: unknown = controller.signal.aborted ? controller.signal.reason : error;
      if (!this.#options.signal.aborted) {
        this.#judge(candidate, toAppError(cause));
      }
    } finally {
      controller.abort(new AppError('cancelled', 'The source is not used any more'));
      await source?.close().catch(() => undefined);
    }
  }

  #judge({ id, kind }: SourceCandidate, { code, message }: AppError): void {
    const past = this.#past.get(id) ?? { failures: 0, stalls: 0, retryAt: 0 };
    const hasLied = ['protocol-violation', 'model-changed', 'gguf-invalid'].includes(code);
    const hasStalled = code === 'timed-out';
    if (hasLied || code === 'request-invalid') {
      this.#banned.add(id);
    }
    past.failures += 1;
    past.stalls += hasStalled ? 1 : 0;
    past.retryAt = this.#options.clock.now() + backOffMs(retries, past.failures);
    this.#past.set(id, past);
    const fault = hasLied ? 'lied' : hasStalled ? 'stalled' : 'failed';
    this.#options.onFault?.({ id, kind, fault, reason: message });
  }

  /** Restarts the source's time limit, after it sent something or got a request. */
  #watch(id: string, used: Used): void {
    used.cancelStall();
    if (used.waiting > 0) {
      const { stallMs: firstMs } = this.#options;
      const longer: BackOff = { firstMs, longestMs: firstMs * 2 ** mostStalls };
      const stallMs = backOffMs(longer, (this.#past.get(id)?.stalls ?? 0) + 1);
      used.cancelStall = this.#options.clock.after(stallMs, () => {
        used.controller.abort(new AppError('timed-out', 'The source sent nothing for too long'));
      });
    }
  }
}
