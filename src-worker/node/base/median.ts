/** The median of a stream of measurements in bounded memory: with many, that of the latest ones. */

const mostMeasurements = 1024;

export class Median {
  readonly #values = new Float64Array(mostMeasurements);
  #added = 0;

  add(value: number): void {
    this.#values[this.#added % mostMeasurements] = value;
    this.#added += 1;
  }

  get count(): number {
    return this.#added;
  }

  /** 0 before the first measurement; the mean of the middle two when their number is even. */
  get value(): number {
    const sorted = this.#values.slice(0, Math.min(this.#added, mostMeasurements)).toSorted();
    const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
    const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? upper;
    return (lower + upper) / 2;
  }
}
