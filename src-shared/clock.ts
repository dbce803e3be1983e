/** Time as the text side sees it, so that tests can pass it by hand. */

export type Clock = {
  /** Milliseconds from any fixed start; never goes back. */
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
