/** Tokens per second over the last seconds that had any, without a timer: an idle shard keeps its speed. */

const seconds = 10;

export class SpeedMeter {
  /** One entry for each second that had tokens, the newest last. */
  readonly #buckets: { readonly second: number; tokens: number }[] = [];

  /** `now`: monotonic time, in milliseconds. */
  add(tokens: number, now: number): void {
    const second = Math.floor(now / 1000);
    const newest = this.#buckets.at(-1);
    if (newest?.second === second) {
      newest.tokens += tokens;
    } else {
      this.#buckets.push({ second, tokens });
      if (this.#buckets.length > seconds) {
        this.#buckets.shift();
      }
    }
  }

  /** The speed over the last ten seconds that had tokens; 0 before the first. The current second counts as a whole one. */
  whileActive(): number {
    const tokens = this.#buckets.reduce((sum, bucket) => sum + bucket.tokens, 0);
    return tokens / Math.max(1, this.#buckets.length);
  }

  /** The speed over the last ten seconds, with or without tokens. */
  lately(now: number): number {
    const second = Math.floor(now / 1000);
    const tokens = this.#buckets
      .filter((bucket) => second - bucket.second < seconds)
      .reduce((sum, bucket) => sum + bucket.tokens, 0);
    return tokens / seconds;
  }
}
