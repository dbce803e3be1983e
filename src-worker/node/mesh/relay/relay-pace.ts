/** How fast bytes may go: says how long to wait after some that went. Pure but for the clock it is given. */

export class RelayPace {
  readonly #bytesPerSecond: number;
  readonly #now: () => number;
  /** Bytes that may still go at once; below zero, what was taken too early. */
  #balance: number;
  #countedAt: number;

  /** A second's worth may go at once; `now` is a clock in milliseconds. */
  constructor(bytesPerSecond: number, now: () => number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#now = now;
    this.#balance = bytesPerSecond;
    this.#countedAt = now();
  }

  /** Counts bytes that went; how long nothing more may go now, in milliseconds. */
  spend(bytes: number): number {
    const now = this.#now();
    const earned = ((now - this.#countedAt) / 1000) * this.#bytesPerSecond;
    this.#countedAt = now;
    this.#balance = Math.min(this.#balance + earned, this.#bytesPerSecond) - bytes;
    return Math.max(0, (-this.#balance / this.#bytesPerSecond) * 1000);
  }
}
