/** Limits a byte rate over all its callers together. */
import { type Clock, systemClock } from '../../../src-shared/clock.ts';

/** How much of the unused rate may be used at once, in seconds of the rate. */
const burstSeconds = 1;

type Waiting = { readonly bytes: number; readonly go: () => void };

export class TokenBucket {
  readonly #clock: Clock;
  #bytesPerSecond: number | null;
  /** Bytes that may be taken now; negative after a large piece. */
  #balance: number;
  #countedAt: number;
  #waiting: Waiting[] = [];
  #cancelTimer: (() => void) | undefined;

  /** `bytesPerSecond`: null for no limit. */
  constructor(bytesPerSecond: number | null, clock: Clock = systemClock) {
    this.#clock = clock;
    this.#bytesPerSecond = bytesPerSecond;
    this.#balance = (bytesPerSecond ?? 0) * burstSeconds;
    this.#countedAt = clock.now();
  }

  /** Sets the rate from now on, also for callers that wait. */
  setRate(bytesPerSecond: number | null): void {
    this.#count();
    this.#bytesPerSecond = bytesPerSecond;
    this.#balance = Math.min(this.#balance, (bytesPerSecond ?? 0) * burstSeconds);
    this.#serve();
  }

  /**
   * Resolves when `bytes` may be used, in the order of the calls. While anything is left a caller may overdraw, so that pieces
   * larger than the burst pass too; the next caller waits longer for it. @throws the signal's reason
   */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const waiting: Waiting = {
        bytes,
        go: () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      const onAbort = (): void => {
        this.#waiting = this.#waiting.filter((each) => each !== waiting);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(waiting);
      this.#serve();
    });
  }

  #serve(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#count();
    while (this.#bytesPerSecond === null || this.#balance > 0) {
      const next = this.#waiting.shift();
      if (next === undefined) {
        return;
      }
      this.#balance -= this.#bytesPerSecond === null ? 0 : next.bytes;
      next.go();
    }
    if (this.#waiting.length > 0) {
      const milliseconds = Math.floor((-this.#balance / this.#bytesPerSecond) * 1000) + 1;
      this.#cancelTimer = this.#clock.after(milliseconds, () => this.#serve());
    }
  }

  #count(): void {
    const now = this.#clock.now();
    const rate = this.#bytesPerSecond ?? 0;
    const earned = ((now - this.#countedAt) / 1000) * rate;
    this.#balance = Math.min(this.#balance + earned, rate * burstSeconds);
    this.#countedAt = now;
  }
}
