/** Learns how many prompt tokens this shard decodes in the time by which a running answer may be delayed. */

/** Longest delay of a running answer, in milliseconds; users hardly notice it between two tokens. */
const delayLimitMs = 100;
const fewest = 16;
/** The number of tokens before any batch was measured. */
const firstGuess = 64;
/** Weight of the newest batch in the running mean. */
const weight = 0.3;

export class PromptSpeed {
  #millisecondsPerToken: number | undefined;

  /** Most tokens of prompts in a batch while other sessions answer. */
  get tokens(): number {
    return this.#millisecondsPerToken === undefined
      ? firstGuess
      : Math.max(fewest, Math.floor(delayLimitMs / this.#millisecondsPerToken));
  }

  /** Records a decoded batch. Small batches are ignored, because most of their time does not depend on tokens. */
  record(tokens: number, milliseconds: number): void {
    if (tokens >= fewest) {
      const newest = milliseconds / tokens;
      const known = this.#millisecondsPerToken ?? newest;
      this.#millisecondsPerToken = known + weight * (newest - known);
    }
  }
}
