/** Time as the sensors see it, injected so that tests need not wait. */
import { performance } from 'node:perf_hooks';

export type Clock = {
  /** Milliseconds that never go back, from any starting point; stands still while the machine sleeps. */
  now(): number;
  /** Runs once after `ms`; the result takes it back. */
  after(ms: number, run: () => void): () => void;
};

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
