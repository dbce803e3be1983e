/**
 * Checks now and then whether an answer stands still and for whom it waits, also while another source gets ready for it.
 * What stands still is gone round, and given up at last where that cannot be.
 */
import type { WatchedSource } from './answer-state.ts';
import { isOverdue, patienceAfter, probeWithinMs, watchEveryMs } from './slowness.ts';
import { stallLimitMs, Standstill } from './stall.ts';
import type { StuckStage, TokenSource } from './token-source.ts';

/** Timers of a process that runs are not later than this, in milliseconds. */
const longestGapMs = 5000;

export type AnswerWatchOptions = {
  /** Undefined while no source answers or gets ready. */
  readonly watched: () => WatchedSource | undefined;
  /** Undefined before it is open. */
  readonly sourceOf: (source: number) => TokenSource | undefined;
  /** Median milliseconds between the answer's tokens; 0 before there are two. */
  readonly tokenMs: () => number;
  /** Monotonic time, in milliseconds. */
  readonly now: () => number;
  /** A stage of the source that answers holds the answer up. */
  readonly onStuck: (source: number, stuck: StuckStage) => void;
  /** The source has not got on for so many milliseconds that it is better given up. */
  readonly onStalled: (source: number, stage: StuckStage['stage'], ms: number) => void;
};

export class AnswerWatch {
  readonly #options: AnswerWatchOptions;
  readonly #timer: NodeJS.Timeout;
  #isChecking = false;
  #checkedAt: number;
  /** Since when this process has checked without a break. */
  #since = -Infinity;
  #standstills = new WeakMap<TokenSource, Standstill>();

  constructor(options: AnswerWatchOptions) {
    this.#options = options;
    this.#checkedAt = options.now();
    this.#timer = setInterval(() => void this.#check(), watchEveryMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #check(): Promise<void> {
    const now = this.#options.now();
    // No stage is to blame for the time in which this computer slept.
    this.#since = now - this.#checkedAt > longestGapMs ? now : this.#since;
    this.#checkedAt = now;
    const watched = this.#options.watched();
    const source = watched && this.#options.sourceOf(watched.source);
    if (source === undefined || watched === undefined || this.#isChecking) {
      return;
    }
    this.#isChecking = true;
    if (watched.moved === undefined) {
      await this.#checkSuccessor(source, watched);
    } else {
      await this.#checkCurrent(source, watched, watched.moved);
    }
    this.#isChecking = false;
  }

  async #checkCurrent(
    source: TokenSource,
    { source: number, length, detours }: WatchedSource,
    moved: NonNullable<WatchedSource['moved']>,
  ): Promise<void> {
    const { now, watched, onStuck, onStalled } = this.#options;
    const tokenMs = this.#options.tokenMs();
    const patience = patienceAfter(detours);
    const waitedMs = now() - Math.max(moved.at, this.#since);
    const limitMs = stallLimitMs(moved.byToken ? 'token' : { prompt: length }, tokenMs);
    const isTooLong = moved.byToken && waitedMs > limitMs;
    if (!isTooLong && !isOverdue(waitedMs, tokenMs, patience)) {
      return;
    }
    const withinMs = isTooLong ? probeWithinMs : probeWithinMs * patience;
    const { stuck, progress } = await source.findStuck(withinMs, moved.byToken);
    if (watched()?.moved !== moved) {
      return;
    }
    const stoodMs = this.#standstillOf(source).observe(progress, now());
    const [first] = source.route;
    const culprit = stuck?.stage ?? first;
    if (culprit !== undefined && (isTooLong || (!moved.byToken && stoodMs > limitMs))) {
      onStalled(number, culprit, isTooLong ? waitedMs : stoodMs);
    } else if (stuck !== undefined) {
      onStuck(number, stuck);
    }
  }

  async #checkSuccessor(
    source: TokenSource,
    { source: number, length, detours }: WatchedSource,
  ): Promise<void> {
    const { now, onStalled } = this.#options;
    const { stuck, progress } = await source.findStuck(
      probeWithinMs * patienceAfter(detours),
      false,
    );
    const stoodMs = this.#standstillOf(source).observe(progress, now());
    const [first] = source.route;
    const culprit = stuck?.stage ?? first;
    if (
      culprit !== undefined &&
      stoodMs > stallLimitMs({ prompt: length }, this.#options.tokenMs())
    ) {
      onStalled(number, culprit, stoodMs);
    }
  }

  #standstillOf(source: TokenSource): Standstill {
    const standstill = this.#standstills.get(source) ?? new Standstill();
    this.#standstills.set(source, standstill);
    return standstill;
  }
}
