/** The median of a stream of measurements in bounded memory: of the latest ones when there are many. */

const keptMeasurements = 1024;

export class Median {
  readonly #values = new Float64Array(keptMeasurements);
  #added = 0;

  add(value: number): void {
    this.#values[this.#added % keptMeasurements] = value;
    this.#added += 1;
  }

  get count(): number {
    return this.#added;
  }

  /** 0 before the first measurement; the mean of the middle two when their number is even. */
  get value(): number {
    const kept = this.#values.slice(0, Math.min(this.#added, keptMeasurements)).toSorted();
    const upper = kept[Math.floor(kept.length / 2)] ?? 0;
    const lower = kept[Math.floor((kept.length - 1) / 2)] ?? upper;
    return (lower + upper) / 2;
  }
}
