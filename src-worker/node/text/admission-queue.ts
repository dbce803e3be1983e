/**
 * The requests that run and those that wait: the pure part of admission. Time is an argument in milliseconds; nothing here waits.
 *
 *   enqueue → waiting → active → remove (finished)    waiting → remove (cancelled or waited too long)
 *                         └─ requeue → waiting  (the mesh had no room for it before its first token)
 */

export type AdmissionLimits = {
  /** Requests answered at once. */
  readonly concurrency: number;
  /** Requests that may wait beyond those. */
  readonly queue: number;
  /** Longest wait, in milliseconds. */
  readonly queueWaitMs: number;
};

/** One request in the queue, waiting or active. */
export type Ticket = {
  readonly arrivedAt: number;
  /** Set while active. */
  startedAt?: number;
  /** The request is not admitted before this time unless another one finishes first. */
  notBefore: number;
};

/** How long a request that found the mesh full waits before it is tried again, in milliseconds. */
const retryDelayMs = 500;

/** Weight of the newest duration in the running mean. */
const newestWeight = 0.2;

/** Bounds of the Retry-After time for refused clients, in seconds. */
const retryAfterBounds = { least: 1, most: 60 };

export class AdmissionQueue {
  readonly #limits: AdmissionLimits;
  /** In order of arrival. */
  #waiting: Ticket[] = [];
  #active = 0;
  #meanMs: number | undefined;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  counts(): { active: number; queued: number } {
    return { active: this.#active, queued: this.#waiting.length };
  }

  /** Adds a request, which waits for `admit`; undefined when neither a place nor room in the queue is left. */
  enqueue(now: number): Ticket | undefined {
    const places = Math.max(0, this.#limits.concurrency - this.#active);
    if (this.#waiting.length >= places + this.#limits.queue) {
      return undefined;
    }
    const ticket: Ticket = { arrivedAt: now, notBefore: now };
    this.#waiting.push(ticket);
    return ticket;
  }

  /** Moves the requests that may run now from waiting to active, first come first served, and returns them. */
  admit(now: number): Ticket[] {
    const admitted: Ticket[] = [];
    for (const ticket of this.#waiting) {
      if (this.#active + admitted.length >= this.#limits.concurrency) {
        break;
      }
      if (ticket.notBefore <= now) {
        ticket.startedAt = now;
        admitted.push(ticket);
      }
    }
    this.#waiting = this.#waiting.filter((ticket) => !admitted.includes(ticket));
    this.#active += admitted.length;
    return admitted;
  }

  /** The time at which `admit` can admit the next request; undefined where it can only after another one finishes. */
  nextAdmissionAt(): number | undefined {
    if (this.#active >= this.#limits.concurrency || this.#waiting.length === 0) {
      return undefined;
    }
    return Math.min(...this.#waiting.map((ticket) => ticket.notBefore));
  }

  /** The time at which a request that still waits is refused. */
  waitsUntil(ticket: Ticket): number {
    return ticket.arrivedAt + this.#limits.queueWaitMs;
  }

  /** Makes an active request that found no room in the mesh wait again, in the order of its arrival. */
  requeue(ticket: Ticket, now: number): void {
    this.#active -= 1;
    delete ticket.startedAt;
    ticket.notBefore = now + retryDelayMs;
    this.#waiting.push(ticket);
    this.#waiting.sort((one, other) => one.arrivedAt - other.arrivedAt);
  }

  /** Removes a request, waiting or active. After an active one, requests that found the mesh full are tried at once. */
  remove(ticket: Ticket, now: number): void {
    if (ticket.startedAt === undefined) {
      this.#waiting = this.#waiting.filter((other) => other !== ticket);
      return;
    }
    this.#active -= 1;
    const tookMs = now - ticket.startedAt;
    this.#meanMs =
      this.#meanMs === undefined ? tookMs : this.#meanMs + (tookMs - this.#meanMs) * newestWeight;
    for (const waiting of this.#waiting) {
      waiting.notBefore = now;
    }
  }

  /** The time after which a refused client may expect a place, in whole seconds, by the mean duration of past requests. */
  retryAfterSeconds(): number {
    const ahead = this.#active + this.#waiting.length + 1 - this.#limits.concurrency;
    const turns = Math.max(1, ahead / this.#limits.concurrency);
    const seconds = Math.ceil(((this.#meanMs ?? 0) * turns) / 1000);
    return Math.min(retryAfterBounds.most, Math.max(retryAfterBounds.least, seconds));
  }
}
