/**
 * Dials peers that should be connected, a bounded number at once. Over time hundreds of known peers are gone, and a dial to
 * each runs into its deadline: while others wait, first attempts therefore have a short one.
 */

import { type BackOff, backOffMs } from '../../../../src-shared/back-off.ts';

/** Most dials at once: each is a socket, and home routers fail with more than about a thousand. */
const maxDials = 192;

/** Deadline of an attempt while others wait: it grows with every failure. Without others, attempts have the longest one. */
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
    // A dial that is added in the same moment must count as waiting too.
    await Promise.resolve();
    const isHurried = this.#waiting.length > 0;
    await run(isHurried ? backOffMs(patience, failures + 1) : patience.longestMs);
    this.#running -= 1;
    this.#next();
  }
}
