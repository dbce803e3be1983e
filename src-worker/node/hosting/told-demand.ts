/**
 * What peers are told of the demand of this node's users: roughly, and renewed too seldom for anybody to see from it
 * when a question was asked.
 */
import { demandToTell } from '../placement/demand.ts';

export type ToldDemandOptions = {
  /** Tokens a second by model, of what may be told at all. */
  readonly look: () => ReadonlyMap<string, number>;
  /** What is told stays the same for at least this long, and for twice as long at most, in milliseconds. */
  readonly everyMs: () => number;
  /** Monotonic time, in milliseconds. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random?: () => number;
};

export class ToldDemand {
  readonly #options: ToldDemandOptions;
  readonly #random: () => number;
  #told: Record<string, number> = {};
  #nextAt: number;

  constructor(options: ToldDemandOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#nextAt = this.#later();
  }

  /** A record's `demand`. */
  tell(): Record<string, number> {
    if (this.#options.now() >= this.#nextAt) {
      this.#nextAt = this.#later();
      this.#told = demandToTell(
        new Map([...this.#options.look()].map(([id, rate]) => [id, this.#rough(rate)])),
      );
    }
    return this.#told;
  }

  #later(): number {
    const { now, everyMs } = this.#options;
    return now() + everyMs() * (1 + this.#random());
  }

  /** A power of two that is up to twice too high or too low, by chance. */
  #rough(rate: number): number {
    return 2 ** Math.round(Math.log2(rate) + this.#random() - 0.5);
  }
}
