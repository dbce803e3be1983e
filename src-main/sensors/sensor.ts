/**
 * One sensor. A polled sensor reads at its own rate, never twice at once, and is unknown when the reading fails,
 * takes too long or gets old.
 *
 * Polls happen at whole multiples of their interval, so that sensors wake the processor together.
 */
import type { Reading } from '../../src-shared/duty.ts';
import { type Clock, systemClock } from '../../src-shared/clock.ts';
import type { ReadingSource } from '../../src-shared/missing-reason.ts';
import { unknown, unknownAfter } from './reading.ts';

export type Sensor<T> = {
  readonly reading: Reading<T>;
  /** `onChange` is called whenever the reading may have changed. */
  start(onChange: () => void): void;
  /** Resolves when no timer and no process is left. */
  stop(): Promise<void>;
  /** Forgets the last reading and reads again, as after the machine slept. */
  refresh(): void;
  /** The interval may have become shorter, and the next reading comes by the new one. */
  retime?(): void;
};

export type PollPlan<T> = {
  readonly source: ReadingSource;
  /** Called before every wait, so that a sensor can read more often while there is work to release. */
  readonly everyMs: () => number;
  readonly withinMs: number;
  /** A rejection becomes the reason; it should end soon after `signal` aborts. */
  readonly read: (signal: AbortSignal) => Promise<Reading<T>>;
};

/** After this many missed polls a reading counts as old. */
const staleAfterPolls = 3;

export class PolledSensor<T> implements Sensor<T> {
  readonly #plan: PollPlan<T>;
  readonly #clock: Clock;
  #reading: Reading<T>;
  #readAt = 0;
  /** The interval at the last reading. */
  #intervalMs = 0;
  #onChange: (() => void) | undefined;
  #attempt: AbortController | undefined;
  /** Settles with the newest attempt, also one that timed out. */
  #polling: Promise<void> = Promise.resolve();
  /** Also true while a reading that timed out still hangs: a second one would only hang, too. */
  #isReading = false;
  /** Whether a look was asked for while another one was under way. */
  #isOutrun = false;
  #cancelTimer: () => void = () => {};
  /** When the timer fires; undefined while none runs. */
  #nextAt: number | undefined;

  constructor(plan: PollPlan<T>, clock: Clock = systemClock) {
    this.#plan = plan;
    this.#clock = clock;
    this.#reading = unknown({ code: 'not-read-yet', source: plan.source });
  }

  get reading(): Reading<T> {
    const { source, everyMs, withinMs } = this.#plan;
    const ageMs = this.#clock.now() - this.#readAt;
    // A shorter interval does not make a reading old before the first poll by it.
    const intervalMs = Math.max(everyMs(), this.#intervalMs);
    return this.#reading.isKnown && ageMs > intervalMs * staleAfterPolls + withinMs
      ? unknown({ code: 'outdated', source, seconds: Math.round(ageMs / 1000) })
      : this.#reading;
  }

  start(onChange: () => void): void {
    if (this.#onChange === undefined) {
      this.#onChange = onChange;
      this.#polling = this.#poll();
    }
  }

  async stop(): Promise<void> {
    this.#onChange = undefined;
    this.#stopTimer();
    this.#attempt?.abort(new Error(`the reading "${this.#plan.source}" is no longer watched`));
    await this.#polling;
  }

  refresh(): void {
    if (this.#onChange !== undefined) {
      this.#publish(unknown({ code: 'read-anew', source: this.#plan.source }));
      if (!this.#isReading) {
        this.#stopTimer();
        this.#polling = this.#poll();
      }
    }
  }

  retime(): void {
    const { everyMs } = this.#plan;
    const now = this.#clock.now();
    if (this.#nextAt !== undefined && now + untilNextBeat(now, everyMs()) < this.#nextAt) {
      this.#stopTimer();
      this.#schedule();
    }
  }

  /** Reads at once, because its source has something new; the last reading holds until then. */
  look(): void {
    if (this.#isReading) {
      this.#isOutrun = true;
    } else if (this.#onChange !== undefined) {
      this.#stopTimer();
      this.#polling = this.#poll();
    }
  }

  async #poll(): Promise<void> {
    if (!this.#isReading) {
      const attempt = new AbortController();
      this.#attempt = attempt;
      const { source, withinMs } = this.#plan;
      const cancelDeadline = this.#clock.after(withinMs, () =>
        attempt.abort(new Error(`the reading "${source}" did not answer in time`)),
      );
      try {
        this.#publish(await this.#readOrAbort(attempt.signal));
      } catch (error) {
        this.#publish(
          attempt.signal.aborted
            ? unknown({ code: 'no-answer', source, seconds: withinMs / 1000 })
            : unknownAfter(source, error),
        );
      } finally {
        cancelDeadline();
      }
    }
    if (this.#isOutrun && !this.#isReading && this.#onChange !== undefined) {
      this.#isOutrun = false;
      await this.#poll();
    } else {
      this.#schedule();
    }
  }

  #readOrAbort(signal: AbortSignal): Promise<Reading<T>> {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      this.#isReading = true;
      this.#plan
        .read(signal)
        .finally(() => {
          this.#isReading = false;
        })
        .then(resolve, reject);
    });
  }

  #publish(reading: Reading<T>): void {
    this.#readAt = this.#clock.now();
    this.#intervalMs = this.#plan.everyMs();
    this.#reading = reading;
    this.#onChange?.();
  }

  #schedule(): void {
    if (this.#onChange !== undefined) {
      const now = this.#clock.now();
      const waitMs = untilNextBeat(now, this.#plan.everyMs());
      this.#nextAt = now + waitMs;
      this.#cancelTimer = this.#clock.after(waitMs, () => {
        this.#nextAt = undefined;
        this.#polling = this.#poll();
      });
    }
  }

  #stopTimer(): void {
    this.#nextAt = undefined;
    this.#cancelTimer();
  }
}

/** Milliseconds until the next multiple of `everyMs` that is at least half an interval away. */
function untilNextBeat(now: number, everyMs: number): number {
  const rest = everyMs - (now % everyMs);
  return rest < everyMs / 2 ? rest + everyMs : rest;
}
