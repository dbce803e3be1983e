/**
 * Checks every moment whether an answer stands still and which stage it waits for, also while a successor gets ready. The
 * answer then avoids that stage, and gives its source up at last where no other route exists.
 */
import type { WatchedSource } from './answer-state.ts';
import { isOverdue, patienceAfter, probeWithinMs, watchEveryMs } from './slowness.ts';
import { stallLimitMs, Standstill } from './stall.ts';
import type { StuckStage, TokenSource } from './token-source.ts';

/** A timer that fires later than this, in milliseconds, means that the computer slept or the process was stopped. */
const longestGapMs = 5000;

export type AnswerWatchOptions = {
  /** Undefined while no source generates or gets ready. */
  readonly watched: () => WatchedSource | undefined;
  /** The source with this number; undefined before it is open. */
  readonly sourceOf: (source: number) => TokenSource | undefined;
  /** Median milliseconds between the answer's tokens; 0 before there are two. */
  readonly tokenMs: () => number;
  /** Monotonic time, in milliseconds. */
  readonly now: () => number;
  /** Called with the stage for which the answer waits. */
  readonly onStuck: (source: number, stuck: StuckStage) => void;
  /** Called when the source has made no progress for `ms` milliseconds and the answer should give it up. */
  readonly onStalled: (source: number, stage: StuckStage['stage'], ms: number) => void;
};

export class AnswerWatch {
  readonly #options: AnswerWatchOptions;
  readonly #timer: NodeJS.Timeout;
  #isChecking = false;
  #checkedAt: number;
  /** The time since which this process has checked without a break. */
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
    // The time in which this computer slept must not count against a stage.
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
