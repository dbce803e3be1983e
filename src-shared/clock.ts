/** Monotonic time and timers. Tests inject a clock of their own. */

export type Clock = {
  /** Monotonic time, in milliseconds from any start; it may stand still while the machine sleeps. */
  now(): number;
  /** Calls `action` once after `milliseconds`; the returned function cancels that. */
  after(milliseconds: number, action: () => void): () => void;
};

export const systemClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, action) {
    const timer = setTimeout(action, milliseconds);
    // A timer alone does not keep the process running.
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
