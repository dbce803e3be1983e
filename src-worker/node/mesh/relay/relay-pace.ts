/** Limits a byte rate: says how long to wait after bytes that were sent. Pure but for the clock it is given. */

export class RelayPace {
  readonly #bytesPerSecond: number;
  readonly #now: () => number;
  /** Bytes that may still be sent at once; negative after too many were sent. */
  #balance: number;
  #countedAt: number;

  /** A second's worth may be sent at once; `now` is a clock in milliseconds. */
  constructor(bytesPerSecond: number, now: () => number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#now = now;
    this.#balance = bytesPerSecond;
    this.#countedAt = now();
  }

  /** Counts bytes that were sent; returns for how many milliseconds no more may follow. */
  spend(bytes: number): number {
    const now = this.#now();
    const earned = ((now - this.#countedAt) / 1000) * this.#bytesPerSecond;
    this.#countedAt = now;
    this.#balance = Math.min(this.#balance + earned, this.#bytesPerSecond) - bytes;
    return Math.max(0, (-this.#balance / this.#bytesPerSecond) * 1000);
  }
}
