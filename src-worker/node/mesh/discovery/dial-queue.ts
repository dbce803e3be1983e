/**
 * Dials to peers that should be connected, a bounded number at once. A mesh that lived for a while leaves
 * hundreds of peers behind that are gone, and each takes a time-out: while others wait, the first attempts are short.
 */

import { type BackOff, backOffMs } from '../../../../src-shared/back-off.ts';

/** Dials at once: every one is a socket, and routers of households forget their tables at a thousand. */
const maxDials = 192;

/** How long an attempt may take while others wait, more with every failure; and as long as any while none waits. */
const patience: BackOff = { firstMs: 1000, longestMs: 10_000 };

type Job = {
  readonly failures: number;
  readonly run: (deadlineMs: number) => Promise<void>;
};

export class DialQueue {
  #waiting: Job[] = [];
  #running = 0;

  /**
   * Runs the dial soon: `isUrgent` before all that wait. `run` is given how long it may take, in milliseconds,
   * and never rejects.
   */
  add(failures: number, isUrgent: boolean, run: (deadlineMs: number) => Promise<void>): void {
    const job = { failures, run };
    if (isUrgent) {
      this.#waiting.unshift(job);
    } else {
      this.#waiting.push(job);
    }
    this.#next();
  }

  clear(): void {
    this.#waiting = [];
  }

  #next(): void {
    while (this.#running < maxDials) {
      const job = this.#waiting.shift();
      if (job === undefined) {
        return;
      }
      this.#running += 1;
      void this.#run(job);
    }
  }

  async #run({ failures, run }: Job): Promise<void> {
    // A job that comes in the same moment counts as waiting, too.
    await Promise.resolve();
    const isHurried = this.#waiting.length > 0;
    await run(isHurried ? backOffMs(patience, failures + 1) : patience.longestMs);
    this.#running -= 1;
    this.#next();
  }
}
