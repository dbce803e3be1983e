/**
 * A queue of sessions that need more cells of a shard's cache than are free: they wait for others to end, in the order of
 * arrival. Where all others wait too, none would end, so the last one is refused at once.
 */
import { AppError } from '../../../src-shared/errors.ts';

/** How long a session waits for cells, in milliseconds: about as long as a reader accepts without a new token. */
export const cellPatienceMs = 10_000;

export type CellQueueOptions = {
  /** The shard's name, for the error message. */
  readonly name: string;
  /** Claims cells so that a session may grow to `tokens`; returns whether it got them. */
  readonly claim: (session: number, tokens: number) => boolean;
  /** All sessions that have cells. */
  readonly sessions: () => readonly number[];
};

type Waiter = {
  readonly tokens: number;
  readonly done: PromiseWithResolvers<void>;
  readonly timer: NodeJS.Timeout;
};

export class CellQueue {
  readonly #options: CellQueueOptions;
  readonly #waiters = new Map<number, Waiter>();

  constructor(options: CellQueueOptions) {
    this.#options = options;
  }

  /**
   * Undefined when the session has its cells at once; else a promise to await, which rejects with `over-capacity`. A session
   * makes one claim at a time.
   */
  claim(session: number, tokens: number): Promise<void> | undefined {
    if (this.#options.claim(session, tokens)) {
      return undefined;
    }
    const others = this.#options.sessions().filter((other) => other !== session);
    if (others.every((other) => this.#waiters.has(other))) {
      return Promise.reject(this.#full());
    }
    const done = Promise.withResolvers<void>();
    const timer = setTimeout(() => this.#giveUp(session), cellPatienceMs).unref();
    this.#waiters.set(session, { tokens, done, timer });
    return done.promise;
  }

  isWaiting(session: number): boolean {
    return this.#waiters.has(session);
  }

  /** Called when a session has ended: it no longer waits, and others may get its cells. */
  ended(session: number): void {
    this.#take(session)?.done.reject(new AppError('cancelled', 'The session has ended'));
    for (const [waiting, { tokens }] of this.#waiters) {
      if (this.#options.claim(waiting, tokens)) {
        this.#take(waiting)?.done.resolve();
      }
    }
  }

  #giveUp(session: number): void {
    this.#take(session)?.done.reject(this.#full());
  }

  #take(session: number): Waiter | undefined {
    const waiter = this.#waiters.get(session);
    clearTimeout(waiter?.timer);
    this.#waiters.delete(session);
    return waiter;
  }

  #full(): AppError {
    return new AppError(
      'over-capacity',
      `The cache of ${this.#options.name} is full, and no other answer ended in time`,
    );
  }
}
