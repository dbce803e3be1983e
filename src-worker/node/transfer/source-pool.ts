/**
 * The sources in use for a download: opens those to be had, watches that each goes on sending, and remembers
 * which are not to be asked again.
 */
import { type BackOff, backOffMs } from '../../../src-shared/back-off.ts';
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import type { Clock } from '../../../src-shared/clock.ts';
import type { Fault } from '../trust/faults.ts';
import type { ChunkSource } from './chunk-source.ts';

/** In use at once. */
const maxSources = 8;

/** When a source that failed is tried again. */
const retries: BackOff = { firstMs: 2000, longestMs: 60_000 };

/** A slow source that is the only one must get through in the end: how often its time grows after it stood still. */
const mostStalls = 10;

/** A source that is known of and not opened yet. */
export type SourceCandidate = {
  readonly id: string;
  readonly kind: ChunkSource['kind'];
  readonly open: (signal: AbortSignal) => Promise<ChunkSource>;
};

/**
 * What a source did: `lied` sent wrong bytes or hashes, or spoke out of turn; `stalled` sent nothing for too
 * long; `failed` could not be opened, refused, or broke off.
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
  /** Resolves when it is open, or cannot be. */
  readonly opened: Promise<void>;
  readonly ended: Promise<void>;
  /** Questions under way. */
  waiting: number;
  cancelStall: () => void;
};

type Past = { failures: number; stalls: number; retryAt: number };

type SourcePoolOptions = {
  readonly candidates: () => readonly SourceCandidate[];
  /** Works with a source until it rejects, or its signal fires; settles when nothing is under way any more. */
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
  /** Asked no more by this download, whatever else it may be good for; trust hears of those that are peers. */
  readonly #banned = new Set<string>();

  constructor(options: SourcePoolOptions) {
    this.#options = options;
  }

  /** Peers and servers in use or being opened. */
  get count(): number {
    return [...this.#used.values()].filter(({ kind }) => kind !== 'file').length;
  }

  /** Uses what is to be had now on this machine, and resolves when all of it is in use. */
  async openLocalSources(): Promise<void> {
    this.#reconcile(this.#options.candidates().filter(({ kind }) => kind === 'file'));
    await Promise.all([...this.#used.values()].map(({ opened }) => opened));
  }

  /** Uses what is to be had now and is not in use. */
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

  /** Uses an open source. */
  open(source: ChunkSource): void {
    this.#start({ id: source.id, kind: source.kind, open: async () => source });
  }

  /** What `ask` gets from a source in use, whose signal fires when it sends nothing within the time it has. */
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
      // A stall shows as whatever the abort made of the question under way.
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

  /** Starts the time anew, as something was sent or asked for. */
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
