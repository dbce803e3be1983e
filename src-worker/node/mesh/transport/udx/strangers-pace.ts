/** How often strangers' packets are replied to: so many a second, and so many at once. Pure but for its clock. */

type Pace = { readonly perSecond: number; readonly atOnce: number };

export class StrangersPace {
  readonly #perSecond: number;
  readonly #atOnce: number;
  readonly #now: () => number;
  #left: number;
  #countedAt: number;

  /** `now`: a monotonic clock in milliseconds. */
  constructor({ perSecond, atOnce }: Pace, now: () => number = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#atOnce = atOnce;
    this.#now = now;
    this.#left = atOnce;
    this.#countedAt = now();
  }

  /** Whether one more may be replied to now. */
  take(): boolean {
    const now = this.#now();
    const earned = ((now - this.#countedAt) / 1000) * this.#perSecond;
    this.#countedAt = now;
    this.#left = Math.min(this.#atOnce, this.#left + earned);
    if (this.#left < 1) {
      return false;
    }
    this.#left -= 1;
    return true;
  }
}
