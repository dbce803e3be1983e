/** Time as the duty sees it: both clocks, and a timer. Injected, so that tests need not wait. */
import { type Clock, systemClock } from '../../src-shared/clock.ts';
import { type Moment, systemZone } from '../../src-shared/local-time.ts';

export type DutyClock = Pick<Clock, 'after'> & { now(): Moment };

export const dutyClock: DutyClock = {
  now: () => ({ wallMs: Date.now(), monotonicMs: systemClock.now(), zone: systemZone }),
  after: (ms, run) => systemClock.after(ms, run),
};
