/**
 * Looks now and then whether an answer stands still and for whom it waits, also while another chain gets ready for it. What
 * stands still is gone round, and given up at last where that cannot be.
 */
import type { Chain, StuckStage } from './chain.ts';
import { isOverdue, probeWithinMs, watchEveryMs } from './slowness.ts';
import { stallLimitMs, Standstill } from './stall.ts';

/** Timers of a process that runs are not later than this, in milliseconds. */
const longestGapMs = 5000;

export type WatchedAnswer = {
  /** The chain that answers. */
  readonly chain: Chain;
  /** A chain that gets ready to take over; undefined before it is open. */
  readonly successor: Chain | undefined;
  readonly isGettingSuccessor: boolean;
  /** When the chain was given work or gave a token, and which of both it was. */
  readonly moved: { readonly at: number; readonly byToken: boolean };
  /** Tokens of prompt and answer so far. */
  readonly length: number;
  /** Median milliseconds between its tokens; 0 before there are two. */
  readonly tokenMs: number;
  /** How many times longer than usual to wait. */
  readonly patience: number;
};

export type AnswerWatchOptions = {
  /** Undefined while no chain answers. */
  readonly answer: () => WatchedAnswer | undefined;
  /** Monotonic time, in milliseconds. */
  readonly now: () => number;
  /** A stage holds the answer up. */
  readonly onStuck: (stuck: StuckStage) => void;
  /** The chain has not got on for so long that it is better given up. */
  readonly onStalled: (stage: StuckStage['stage'], ms: number) => void;
  /** The same of the chain that was to take over. */
  readonly onSuccessorStalled: (stage: StuckStage['stage'], chain: Chain) => void;
};

export class AnswerWatch {
  readonly #options: AnswerWatchOptions;
  readonly #timer: NodeJS.Timeout;
  #isLooking = false;
  #lookedAt: number;
  /** Since when this process has looked without a break. */
  #since = -Infinity;
  #standstills = new WeakMap<Chain, Standstill>();

  constructor(options: AnswerWatchOptions) {
    this.#options = options;
    this.#lookedAt = options.now();
    this.#timer = setInterval(() => void this.#check(), watchEveryMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #check(): Promise<void> {
    const now = this.#options.now();
    // No stage is to blame for the time in which this computer slept.
    this.#since = now - this.#lookedAt > longestGapMs ? now : this.#since;
    this.#lookedAt = now;
    const answer = this.#options.answer();
    if (answer === undefined || this.#isLooking) {
      return;
    }
    this.#isLooking = true;
    if (answer.isGettingSuccessor) {
      await this.#checkSuccessor(answer);
    } else {
      await this.#checkChain(answer);
    }
    this.#isLooking = false;
  }

  async #checkChain({ chain, moved, tokenMs, patience, length }: WatchedAnswer): Promise<void> {
    const { now, answer, onStuck, onStalled } = this.#options;
    const waitedMs = now() - Math.max(moved.at, this.#since);
    const limitMs = stallLimitMs(moved.byToken ? 'token' : { prompt: length }, tokenMs);
    const isTooLong = moved.byToken && waitedMs > limitMs;
    if (!isTooLong && !isOverdue(waitedMs, tokenMs, patience)) {
      return;
    }
    const withinMs = isTooLong ? probeWithinMs : probeWithinMs * patience;
    const { stuck, progress } = await chain.findStuck(withinMs, moved.byToken);
    if (this.#options.answer()?.moved !== moved || answer()?.chain !== chain) {
      return;
    }
    const stoodMs = this.#standstillOf(chain).observe(progress, now());
    const [first] = chain.route;
    const culprit = stuck?.stage ?? first;
    if (culprit !== undefined && (isTooLong || (!moved.byToken && stoodMs > limitMs))) {
      onStalled(culprit, isTooLong ? waitedMs : stoodMs);
    } else if (stuck !== undefined) {
      onStuck(stuck);
    }
  }

  async #checkSuccessor({ successor, length, tokenMs, patience }: WatchedAnswer): Promise<void> {
    if (successor === undefined) {
      return;
    }
    const { now, onSuccessorStalled } = this.#options;
    const { stuck, progress } = await successor.findStuck(probeWithinMs * patience, false);
    const stoodMs = this.#standstillOf(successor).observe(progress, now());
    const [first] = successor.route;
    const culprit = stuck?.stage ?? first;
    if (culprit !== undefined && stoodMs > stallLimitMs({ prompt: length }, tokenMs)) {
      onSuccessorStalled(culprit, successor);
    }
  }

  #standstillOf(chain: Chain): Standstill {
    const standstill = this.#standstills.get(chain) ?? new Standstill();
    this.#standstills.set(chain, standstill);
    return standstill;
  }
}
