/**
 * Sessions whose answers have outgrown their cells of a shard's cache wait here for others to end, in the order in which
 * they came. Where all others wait too, none would end, so the last to come is refused at once.
 */
import { AppError } from '../../../src-shared/errors.ts';

/** A reader hardly waits longer for the next word, in milliseconds. */
export const cellPatienceMs = 10_000;

export type CellQueueOptions = {
  /** For the message. */
  readonly name: string;
  /** Whether a session may grow to so many tokens now; it has them then. */
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
   * Undefined when the session has its cells at once; else a promise to wait for, which rejects with `over-capacity`. One
   * claim of a session at a time.
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

  /** A session has ended: it waits no more, and others may have what was its own. */
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
