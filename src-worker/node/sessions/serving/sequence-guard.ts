/** Checks the positions of the segments that a stage gets, because its peers may be faulty or hostile. */
import { AppError } from '../../../../src-shared/errors.ts';

export class SequenceGuard {
  readonly #cells: number;
  #next: number;

  /** `cells` is the length for which the session was opened; `cachedTokens` of them are filled already. */
  constructor(cells: number, cachedTokens = 0) {
    this.#cells = cells;
    this.#next = cachedTokens;
  }

  /** The position after the last token that came in or that the stage fed back by itself. */
  get next(): number {
    return this.#next;
  }

  /** The stage feeds back a token that it sampled for this position; tokens that came in since stay counted. */
  goOnAt(position: number): void {
    this.#next = Math.max(this.#next, position + 1);
  }

  /**
   * Accepts `count` tokens from `position` on. An earlier position is allowed: the shard truncates its cache.
   * @throws AppError `protocol-violation` for a gap, `context-too-long` beyond the session's end
   */
  take(position: number, count: number): void {
    if (position > this.#next) {
      throw new AppError(
        'protocol-violation',
        `A segment for position ${position} came where ${this.#next} is the next one`,
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
