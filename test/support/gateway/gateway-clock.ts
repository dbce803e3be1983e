/** A clock that only the test moves. */
import type { Clock } from '../../../src-shared/clock.ts';

export class ManualClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{ at: number; action: () => void }>();

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, action: () => void): () => void {
    const timer = { at: this.#now + milliseconds, action };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Moves time forward, calls what is due in order, and lets promises settle after each call. */
  async pass(milliseconds: number): Promise<void> {
    const until = this.#now + milliseconds;
    for (;;) {
      const next = [...this.#timers].toSorted((one, other) => one.at - other.at)[0];
      if (next === undefined || next.at > until) {
        break;
      }
      this.#timers.delete(next);
      this.#now = next.at;
      next.action();
      await settle();
    }
    this.#now = until;
    await settle();
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }
}

/** Lets everything continue that waits only for promises. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
