/** Computes how long an engine must be idle between two batches to compute only a share of the time. Pure. */

/** Longest idle time at once, in milliseconds, so that a running answer never stands still much longer. */
export const longestIdleMs = 2000;
/** Most idle time that a batch causes, in milliseconds; the part above `longestIdleMs` comes after later batches. */
const mostOwedMs = 10_000;
/** How late timers may be, in milliseconds; so much is subtracted from the next idle time. */
const lateMs = 5;

export class IdleTime {
  #share = 1;
  /** When the average over computing and idle time will be the share, in milliseconds of the caller's clock. */
  #evenAt = Number.NEGATIVE_INFINITY;
  #endedAt = Number.NEGATIVE_INFINITY;

  /** True at a share of 1, which needs no idle time. */
  get isWhole(): boolean {
    return this.#share >= 1;
  }

  /** Sets the share, above 0 up to 1. Idle time that is left under the former share is dropped. */
  set(share: number): void {
    this.#share = share;
    this.#evenAt = Number.NEGATIVE_INFINITY;
  }

  /** Records a batch by its start and end, in milliseconds of monotonic time. */
  computed(startMs: number, endMs: number): void {
    const since = Math.max(this.#evenAt, startMs - lateMs);
    const evenAt = since + (endMs - startMs) / this.#share;
    this.#evenAt = Math.min(evenAt, endMs + mostOwedMs);
    this.#endedAt = endMs;
  }

  /** How long the next batch must wait, in milliseconds; time without input counts as idle. */
  idleMs(nowMs: number): number {
    return this.isWhole
      ? 0
      : Math.max(0, Math.min(this.#evenAt, this.#endedAt + longestIdleMs) - nowMs);
  }
}

/** The number of threads for a share of all threads, at least 1. */
export function threadsFor(threads: number, share: number): number {
  return Math.max(1, Math.round(threads * share));
}
