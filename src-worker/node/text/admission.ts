/**
 * Lets a bounded number of requests run, lets some wait, and refuses the rest at once. One for the whole node:
 * HTTP requests and the window's chats share its places.
 */
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import { type AdmissionLimits, AdmissionQueue, type Visit } from './admission-queue.ts';
import { type Clock, systemClock } from '../../../src-shared/clock.ts';

export class Admission {
  readonly #queue: AdmissionQueue;
  readonly #limits: AdmissionLimits;
  readonly #clock: Clock;
  /** What to call when a waiting visit is admitted. */
  readonly #wakers = new Map<Visit, () => void>();
  #cancelRetry: (() => void) | undefined;

  constructor(limits: AdmissionLimits, clock: Clock = systemClock) {
    this.#limits = limits;
    this.#queue = new AdmissionQueue(limits);
    this.#clock = clock;
  }

  counts(): { active: number; queued: number } {
    return this.#queue.counts();
  }

  /** What to tell a client that was refused, in seconds. */
  retryAfterSeconds(): number {
    return this.#queue.retryAfterSeconds();
  }

  /**
   * Runs what `start` begins once there is a place. When it throws `over-capacity` before it yielded
   * anything, it is begun again later, within the same limit of waiting.
   * @throws AppError `over-capacity` when the queue is full or the wait was too long, `cancelled` when the
   * signal is aborted during the wait, and whatever the run throws.
   */
  async *run<T>(
    start: () => AsyncGenerator<T, void, void>,
    signal: AbortSignal,
  ): AsyncGenerator<T, void, void> {
    const visit = this.#queue.arrive(this.#clock.now());
    if (visit === undefined) {
      throw new AppError(
        'over-capacity',
        `${this.#limits.concurrency} requests are being answered and ${this.#limits.queue} are waiting; try again later.`,
      );
    }
    try {
      for (;;) {
        await this.#place(visit, signal);
        let yielded = false;
        try {
          for await (const value of start()) {
            yielded = true;
            yield value;
          }
          return;
        } catch (error) {
          if (yielded || toAppError(error).code !== 'over-capacity') {
            throw error;
          }
          this.#queue.stepBack(visit, this.#clock.now());
        }
      }
    } finally {
      this.#queue.leave(visit, this.#clock.now());
      this.#admit();
    }
  }

  async #place(visit: Visit, signal: AbortSignal): Promise<void> {
    let calledOff: (() => void) | undefined;
    let onAbort: (() => void) | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        onAbort = (): void => {
          reject(new AppError('cancelled', 'The request was cancelled while it waited.'));
        };
        if (signal.aborted) {
          onAbort();
          return;
        }
        signal.addEventListener('abort', onAbort);
        this.#wakers.set(visit, resolve);
        this.#admit();
        if (visit.startedAt === undefined) {
          const waitMs = Math.max(0, this.#queue.waitsUntil(visit) - this.#clock.now());
          calledOff = this.#clock.after(waitMs, () => {
            reject(new AppError('over-capacity', this.#describeWait()));
          });
        }
      });
    } finally {
      this.#wakers.delete(visit);
      calledOff?.();
      if (onAbort !== undefined) {
        signal.removeEventListener('abort', onAbort);
      }
    }
  }

  #describeWait(): string {
    const seconds = Math.round(this.#limits.queueWaitMs / 100) / 10;
    return `No place became free within ${seconds} s; try again later.`;
  }

  /** Wakes all questions that may run now, and sets the clock for those that may later. */
  #admit(): void {
    for (const visit of this.#queue.admit(this.#clock.now())) {
      this.#wakers.get(visit)?.();
    }
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    const next = this.#queue.nextAdmissionAt();
    if (next !== undefined) {
      this.#cancelRetry = this.#clock.after(Math.max(0, next - this.#clock.now()), () => {
        this.#admit();
      });
    }
  }
}
