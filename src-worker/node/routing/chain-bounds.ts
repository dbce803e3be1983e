/**
 * What a chain costs at least if it uses a certain offer, over any operators: the search for a chain over separate
 * operators passes over all offers with which none is good enough, and these are nearly all.
 */
import type { LayerRange } from '../../../src-shared/model.ts';
import type { Offer } from './offers.ts';

export class ChainBounds {
  /** The cost of the cheapest chain; Infinity where there is none. */
  readonly leastMs: number;
  /** For each layer the least cost of all layers before it, and of it and all behind it. */
  readonly #before: Float64Array;
  readonly #onward: Float64Array;

  /** `offersFrom`: by first layer. */
  constructor(
    offersFrom: readonly (readonly Offer[])[],
    { firstLayer, lastLayer: end }: LayerRange,
  ) {
    this.#before = new Float64Array(end + 2).fill(Infinity);
    this.#onward = new Float64Array(end + 2).fill(Infinity);
    this.#before[firstLayer] = 0;
    this.#onward[end + 1] = 0;
    for (let layer = firstLayer; layer <= end; layer += 1) {
      const before = this.#before[layer] ?? Infinity;
      for (const { layers, costMs } of offersFrom[layer] ?? []) {
        const after = layers.lastLayer + 1;
        this.#before[after] = Math.min(this.#before[after] ?? Infinity, before + costMs);
      }
    }
    for (let layer = end; layer >= firstLayer; layer -= 1) {
      let least = Infinity;
      for (const { layers, costMs } of offersFrom[layer] ?? []) {
        least = Math.min(least, costMs + (this.#onward[layers.lastLayer + 1] ?? Infinity));
      }
      this.#onward[layer] = least;
    }
    this.leastMs = this.#onward[firstLayer] ?? Infinity;
  }

  /** The cost that no chain with this offer falls below, rounding aside. */
  leastMsWith({ layers, costMs }: Offer): number {
    const before = this.#before[layers.firstLayer] ?? Infinity;
    return before + costMs + (this.#onward[layers.lastLayer + 1] ?? Infinity);
  }
}
