/** Checks the positions of work that a stage is asked to do: its peers may be faulty or hostile. */
import { AppError } from '../../../../src-shared/errors.ts';

export class SequenceGuard {
  readonly #cells: number;
  #next: number;

  /** `cells` is the length that the session was opened for; of them `cachedTokens` are filled already. */
  constructor(cells: number, cachedTokens = 0) {
    this.#cells = cells;
    this.#next = cachedTokens;
  }

  /** Position of the token after the last one taken, or that the stage went on with by itself. */
  get next(): number {
    return this.#next;
  }

  /** The stage goes on by itself with a token that it sampled for this position; what came in since stays counted. */
  goOnAt(position: number): void {
    this.#next = Math.max(this.#next, position + 1);
  }

  /**
   * Takes `count` tokens from `position` on. Going back is allowed: the shard truncates its cache.
   * @throws AppError `protocol-violation` for a gap, `context-too-long` behind the session's end.
   */
  take(position: number, count: number): void {
    if (position > this.#next) {
      throw new AppError(
        'protocol-violation',
        `Work for position ${position} came where ${this.#next} is the next one`,
      );
    }
    if (position + count > this.#cells) {
      throw new AppError(
        'context-too-long',
        `Position ${position + count - 1} is behind the ${this.#cells} tokens that the session was opened for`,
      );
    }
    this.#next = position + count;
  }
}
