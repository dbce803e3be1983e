/**
 * What an answer has for the asker, until it is taken. While another source gets ready to go on with it, tokens are
 * handed out more slowly than they come: so some are left to be read should the one that gives them end first.
 */
import type { AnswerEffect } from './answer-events.ts';
import { TokenQueue } from './token-queue.ts';

/** From one token to the next while they are spared, in milliseconds: a pause that is hardly seen. */
export const sparingMs = 75;
/** No token is delayed for longer after it came, in milliseconds. */
export const longestHoldMs = 1000;

export type Output = Extract<AnswerEffect, { type: 'yield' | 'end' }>;

export class AnswerOutput {
  readonly #queue = new TokenQueue<Output>();
  readonly #now: () => number;
  #isSparing = false;
  #handedAt = -Infinity;
  /** Ends the wait for the next token's turn. */
  #release: (() => void) | undefined;

  /** `now`: monotonic time, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  push(output: Output): void {
    this.#queue.push(output);
  }

  /** What was pushed before is still handed out. */
  fail(error: unknown): void {
    this.#queue.fail(error);
  }

  /** Whether tokens are spared from now on. When they are no more, all that there are go out. */
  spare(isSparing: boolean): void {
    this.#isSparing = isSparing;
    if (!isSparing) {
      this.#release?.();
    }
  }

  /** The next one, in its turn. @throws what it failed with */
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
