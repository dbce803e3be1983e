/**
 * The tokens and the end of an answer, until the caller takes them. While another source gets ready to take over, tokens
 * are handed out more slowly than they come: should the current source end first, the reader still sees some arrive.
 */
import type { AnswerEffect } from './answer-events.ts';
import { TokenQueue } from './token-queue.ts';

/** Pause between two tokens while they are spared, in milliseconds: short enough that readers hardly see it. */
export const sparingMs = 75;
/** A token is delayed for at most this long after it came, in milliseconds. */
export const longestHoldMs = 1000;

export type Output = Extract<AnswerEffect, { type: 'yield' | 'end' }>;

export class AnswerOutput {
  readonly #queue = new TokenQueue<Output>();
  readonly #now: () => number;
  #isSparing = false;
  #handedAt = -Infinity;
  /** Hands out the token that waits for its turn now. */
  #release: (() => void) | undefined;

  /** `now`: monotonic time, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  push(output: Output): void {
    this.#queue.push(output);
  }

  /** Outputs that were pushed before the failure are still handed out. */
  fail(error: unknown): void {
    this.#queue.fail(error);
  }

  /** Sets whether tokens are spared from now on. At the end of sparing, all waiting tokens are handed out. */
  spare(isSparing: boolean): void {
    this.#isSparing = isSparing;
    if (!isSparing) {
      this.#release?.();
    }
  }

  /** The next output, once its turn has come. @throws the error given to `fail` */
  async next(): Promise<Output | undefined> {
    const output = await this.#queue.next();
    if (output?.type === 'yield') {
      await this.#untilTurn(output.token.at);
      this.#handedAt = this.#now();
    }
    return output;
  }

  async #untilTurn(cameAt: number): Promise<void> {
    const turn = Math.min(this.#handedAt + sparingMs, cameAt + longestHoldMs);
    const waitMs = turn - this.#now();
    if (!this.#isSparing || waitMs <= 0) {
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.#release = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#release = undefined;
  }
}
