/** Waits between batches as long as idle-time.ts says. At a share of 1, it uses no timer and reads no clock. */
import { IdleTime } from './idle-time.ts';

type IdleSpan = { readonly over: Promise<void>; readonly end: () => void };

export class DutyCycle {
  readonly #share = new IdleTime();
  readonly #now: () => number;
  #current: IdleSpan | undefined;

  /** @param now Monotonic time, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Sets the share, and ends a current wait, because the new share may need another one. */
  setShare(share: number): void {
    this.#share.set(share);
    this.#current?.end();
  }

  /** Records a batch that began at `startMs` and ends now. */
  computedSince(startMs: number): void {
    if (!this.#share.isWhole) {
      this.#share.computed(startMs, this.#now());
    }
  }

  /** A promise to wait for before the next batch; undefined where the next batch may begin now. */
  due(): Promise<void> | undefined {
    if (this.#share.isWhole) {
      return undefined;
    }
    const ms = this.#share.idleMs(this.#now());
    return ms > 0 ? (this.#current ?? this.#begin(ms)).over : undefined;
  }

  /** Clears the timer. */
  dispose(): void {
    this.#current?.end();
  }

  #begin(ms: number): IdleSpan {
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = (): void => {
      clearTimeout(timer);
      this.#current = undefined;
      resolve();
    };
    const timer = setTimeout(end, ms);
    const span = { over: promise, end };
    this.#current = span;
    return span;
  }
}
