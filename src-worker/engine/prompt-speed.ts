/** Learns how many prompt tokens this shard decodes in the time that an answer may be delayed by. */

/** As long as a person hardly notices between two tokens. */
const delayLimitMs = 100;
const fewest = 16;
/** Before anything was measured. */
const firstGuess = 64;
/** How much the newest batch counts. */
const weight = 0.3;

export class PromptSpeed {
  #millisecondsPerToken: number | undefined;

  /** Tokens of prompts that a batch may have beside others' answers. */
  get tokens(): number {
    return this.#millisecondsPerToken === undefined
      ? firstGuess
      : Math.max(fewest, Math.floor(delayLimitMs / this.#millisecondsPerToken));
  }

  /** Takes note of a decoded batch. Small ones say little, as their time is not spent on tokens. */
  record(tokens: number, milliseconds: number): void {
    if (tokens >= fewest) {
      const newest = milliseconds / tokens;
      const known = this.#millisecondsPerToken ?? newest;
      this.#millisecondsPerToken = known + weight * (newest - known);
    }
  }
}
