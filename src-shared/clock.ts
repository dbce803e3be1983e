/** Monotonic time and timers, injected so that tests move them by hand. */

export type Clock = {
  /** Monotonic time, in milliseconds from any start; it may stand still while the machine sleeps. */
  now(): number;
  /** Calls `action` once after `milliseconds`; the function it returns calls it off. */
  after(milliseconds: number, action: () => void): () => void;
};

export const systemClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, action) {
    const timer = setTimeout(action, milliseconds);
    // A waiting clock is no reason for the process to stay.
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
