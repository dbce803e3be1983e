/**
 * The clocks of the duty, wall-clock and monotonic time, and a timer. Tests inject others, so that they need not
 * wait.
 */
import { type Clock, systemClock } from '../../src-shared/clock.ts';
import { type Moment, systemZone } from '../../src-shared/local-time.ts';

export type DutyClock = Pick<Clock, 'after'> & { now(): Moment };

export const dutyClock: DutyClock = {
  now: () => ({ wallMs: Date.now(), monotonicMs: systemClock.now(), zone: systemZone }),
  after: (ms, run) => systemClock.after(ms, run),
};
