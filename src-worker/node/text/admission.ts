/**
 * Lets a bounded number of requests run, lets some wait, and refuses the rest at once. The node has one admission:
 * HTTP requests and the window's chats share its places.
 */
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import { type AdmissionLimits, AdmissionQueue, type Ticket } from './admission-queue.ts';
import { type Clock, systemClock } from '../../../src-shared/clock.ts';

export class Admission {
  readonly #queue: AdmissionQueue;
  readonly #limits: AdmissionLimits;
  readonly #clock: Clock;
  /** For each waiting request, the function that starts it when it is admitted. */
  readonly #wakers = new Map<Ticket, () => void>();
  #cancelRetry: (() => void) | undefined;

  constructor(limits: AdmissionLimits, clock: Clock = systemClock) {
    this.#limits = limits;
    this.#queue = new AdmissionQueue(limits);
    this.#clock = clock;
  }

  counts(): { active: number; queued: number } {
    return this.#queue.counts();
  }

  /** The Retry-After time for a refused client, in seconds. */
  retryAfterSeconds(): number {
    return this.#queue.retryAfterSeconds();
  }

  /**
   * Calls `start` once there is a place, and yields what it yields. A run that throws `over-capacity` before its first
   * value is started again later, within the same limit of waiting.
   * @throws AppError `over-capacity` when the queue is full or the wait was too long, `cancelled` when the
   * signal is aborted during the wait, and every error of the run.
   */
  async *run<T>(
    start: () => AsyncGenerator<T, void, void>,
    signal: AbortSignal,
  ): AsyncGenerator<T, void, void> {
    const ticket = this.#queue.enqueue(this.#clock.now());
    if (ticket === undefined) {
      throw new AppError(
        'over-capacity',
        `${this.#limits.concurrency} requests are being answered and ${this.#limits.queue} are waiting; try again later.`,
      );
    }
    try {
      for (;;) {
        await this.#place(ticket, signal);
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
          this.#queue.requeue(ticket, this.#clock.now());
        }
      }
    } finally {
      this.#queue.remove(ticket, this.#clock.now());
      this.#admit();
    }
  }

  async #place(ticket: Ticket, signal: AbortSignal): Promise<void> {
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
        this.#wakers.set(ticket, resolve);
        this.#admit();
        if (ticket.startedAt === undefined) {
          const waitMs = Math.max(0, this.#queue.waitsUntil(ticket) - this.#clock.now());
          calledOff = this.#clock.after(waitMs, () => {
            reject(new AppError('over-capacity', this.#describeWait()));
          });
        }
      });
    } finally {
      this.#wakers.delete(ticket);
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

  /** Starts all requests that may run now, and sets a timer for the next one that may run later. */
  #admit(): void {
    for (const ticket of this.#queue.admit(this.#clock.now())) {
      this.#wakers.get(ticket)?.();
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
