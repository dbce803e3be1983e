/**
 * The demand of this node's users in its record: rounded, and renewed so rarely that no peer can see from it when a question
 * was asked.
 */
import { demandToPublish } from '../placement/demand.ts';

export type PublishedDemandOptions = {
  /** The current demand that may be published: tokens a second by model. */
  readonly look: () => ReadonlyMap<string, number>;
  /** The published demand stays the same for at least this long, in milliseconds, and at most twice as long. */
  readonly everyMs: () => number;
  /** Monotonic time, in milliseconds. */
  readonly now: () => number;
  /** Uniform from 0 to 1. */
  readonly random?: () => number;
};

export class PublishedDemand {
  readonly #options: PublishedDemandOptions;
  readonly #random: () => number;
  #told: Record<string, number> = {};
  #nextAt: number;

  constructor(options: PublishedDemandOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#nextAt = this.#later();
  }

  /** The `demand` of the record. */
  tell(): Record<string, number> {
    if (this.#options.now() >= this.#nextAt) {
      this.#nextAt = this.#later();
      this.#told = demandToPublish(
        new Map([...this.#options.look()].map(([id, rate]) => [id, this.#rough(rate)])),
      );
    }
    return this.#told;
  }

  #later(): number {
    const { now, everyMs } = this.#options;
    return now() + everyMs() * (1 + this.#random());
  }

  /** A power of two that is up to twice too high or too low, at random. */
  #rough(rate: number): number {
    return 2 ** Math.round(Math.log2(rate) + this.#random() - 0.5);
  }
}
