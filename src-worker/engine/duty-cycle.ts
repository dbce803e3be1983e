/** Idle time between batches, as idle-time.ts measures it: at the whole share there is no timer and no clock read. */
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

  /** From now on; ends a span under way, since another may be due. */
  setShare(share: number): void {
    this.#share.set(share);
    this.#current?.end();
  }

  /** Takes note of a batch that began at `startMs` and ends now. */
  computedSince(startMs: number): void {
    if (!this.#share.isWhole) {
      this.#share.computed(startMs, this.#now());
    }
  }

  /** Undefined, or a promise to wait for before the next batch. */
  due(): Promise<void> | undefined {
    if (this.#share.isWhole) {
      return undefined;
    }
    const ms = this.#share.idleMs(this.#now());
    return ms > 0 ? (this.#current ?? this.#begin(ms)).over : undefined;
  }

  /** Leaves no timer behind. */
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
