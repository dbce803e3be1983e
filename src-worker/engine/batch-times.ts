/** Predicts how long a batch should take, from earlier batches. Pure. */

/** Batches with fewer tokens take about as long as one token, because most of the time is for reading the weights. */
const fewTokens = 16;

export class BatchTimes {
  #slowestFewMs: number | undefined;
  #slowestPerTokenMs: number | undefined;

  /** Records a batch that was computed. */
  record(tokens: number, milliseconds: number): void {
    if (tokens < fewTokens) {
      this.#slowestFewMs = Math.max(this.#slowestFewMs ?? 0, milliseconds);
    } else {
      this.#slowestPerTokenMs = Math.max(this.#slowestPerTokenMs ?? 0, milliseconds / tokens);
    }
  }

  /** The expected time by the slowest batch of its kind, in milliseconds; 0 before the first one. */
  expectedMs(tokens: number): number {
    return tokens < fewTokens ? (this.#slowestFewMs ?? 0) : tokens * (this.#slowestPerTokenMs ?? 0);
  }
}
