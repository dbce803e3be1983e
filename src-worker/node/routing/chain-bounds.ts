/**
 * The least cost of a chain that uses a certain offer, over any operators. The search for a chain over separate operators
 * skips every offer whose cheapest chain is too dear, which nearly all are.
 */
import type { LayerRange } from '../../../src-shared/model.ts';
import type { Offer } from './offers.ts';

export class ChainBounds {
  /** The cost of the cheapest chain; Infinity where there is none. */
  readonly leastMs: number;
  /** For each layer, the least cost of all layers before it, and of this layer and all after it. */
  readonly #before: Float64Array;
  readonly #onward: Float64Array;

  /** `offersFrom`: the offers that begin with a layer. */
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

  /** The least cost of a chain with this offer, rounding aside. */
  leastMsWith({ layers, costMs }: Offer): number {
    const before = this.#before[layers.firstLayer] ?? Infinity;
    return before + costMs + (this.#onward[layers.lastLayer + 1] ?? Infinity);
  }
}
