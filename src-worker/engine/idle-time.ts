/** How long an engine is idle between two batches so that it computes no more than a share of the time. Pure. */

/** An answer under way hardly stands still longer than this between two batches, however long the last one took. */
export const longestIdleMs = 2000;
/** What longer batches owe beyond that is idle time after the next ones, up to so much. */
const mostOwedMs = 10_000;
/** Timers ring late; so much of it is made up to the next batches. */
const lateMs = 5;

export class IdleTime {
  #share = 1;
  /** When the share will have been obeyed, in milliseconds of the caller's clock. */
  #evenAt = Number.NEGATIVE_INFINITY;
  #endedAt = Number.NEGATIVE_INFINITY;

  /** Computing takes all the time it wants. */
  get isWhole(): boolean {
    return this.#share >= 1;
  }

  /** @param share Above 0, up to 1. What was owed under another one is forgotten. */
  set(share: number): void {
    this.#share = share;
    this.#evenAt = Number.NEGATIVE_INFINITY;
  }

  /** Takes note of a batch; two instants of monotonic time, in milliseconds. */
  computed(startMs: number, endMs: number): void {
    const since = Math.max(this.#evenAt, startMs - lateMs);
    const evenAt = since + (endMs - startMs) / this.#share;
    this.#evenAt = Math.min(evenAt, endMs + mostOwedMs);
    this.#endedAt = endMs;
  }

  /** How long the next batch has to wait from now on; time in which nothing was to do counts as idle. */
  idleMs(nowMs: number): number {
    return this.isWhole
      ? 0
      : Math.max(0, Math.min(this.#evenAt, this.#endedAt + longestIdleMs) - nowMs);
  }
}

/** How many of an engine's threads a share of them is. */
export function threadsFor(threads: number, share: number): number {
  return Math.max(1, Math.round(threads * share));
}
