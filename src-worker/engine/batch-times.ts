/** What a batch should take, by those before it. Pure. */

/** Smaller batches take about as long as one token: reading the weights is most of it. */
const fewTokens = 16;

export class BatchTimes {
  #slowestFewMs: number | undefined;
  #slowestPerTokenMs: number | undefined;

  /** Takes note of a batch that was computed. */
  record(tokens: number, milliseconds: number): void {
    if (tokens < fewTokens) {
      this.#slowestFewMs = Math.max(this.#slowestFewMs ?? 0, milliseconds);
    } else {
      this.#slowestPerTokenMs = Math.max(this.#slowestPerTokenMs ?? 0, milliseconds / tokens);
    }
  }

  /** As long as the slowest of its kind took, in milliseconds; 0 before the first of them. */
  expectedMs(tokens: number): number {
    return tokens < fewTokens ? (this.#slowestFewMs ?? 0) : tokens * (this.#slowestPerTokenMs ?? 0);
  }
}
