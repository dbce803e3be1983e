/**
 * The requests that run and those that wait: the pure part of admission. Time is an argument, nothing here waits.
 *
 *   arrive → waiting → active → finish        waiting → leave (cancelled or waited too long)
 *                        └─ stepBack → waiting  (the mesh had no room for it before its first token)
 */

export type AdmissionLimits = {
  /** Requests answered at once. */
  readonly concurrency: number;
  /** Requests that may wait beyond those. */
  readonly queue: number;
  /** Longest wait, in milliseconds. */
  readonly queueWaitMs: number;
};

export type Visit = {
  readonly arrivedAt: number;
  /** Set while active. */
  startedAt?: number;
  /** Not admitted before this time unless another visit finishes first. */
  notBefore: number;
};

/** How long a visit that found the mesh full lets others try before it tries again, in milliseconds. */
const retryDelayMs = 500;

/** Weight of the newest duration in the running mean. */
const newestWeight = 0.2;

/** Bounds of what a refused client is told to wait, in seconds. */
const retryAfterBounds = { least: 1, most: 60 };

export class AdmissionQueue {
  readonly #limits: AdmissionLimits;
  /** In order of arrival. */
  #waiting: Visit[] = [];
  #active = 0;
  #meanMs: number | undefined;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  counts(): { active: number; queued: number } {
    return { active: this.#active, queued: this.#waiting.length };
  }

  /** A new visit, waiting for `admit`; undefined when neither a place nor room in the queue is left. */
  arrive(now: number): Visit | undefined {
    const places = Math.max(0, this.#limits.concurrency - this.#active);
    if (this.#waiting.length >= places + this.#limits.queue) {
      return undefined;
    }
    const visit: Visit = { arrivedAt: now, notBefore: now };
    this.#waiting.push(visit);
    return visit;
  }

  /** Moves those that may run now from waiting to active, first come first served, and returns them. */
  admit(now: number): Visit[] {
    const admitted: Visit[] = [];
    for (const visit of this.#waiting) {
      if (this.#active + admitted.length >= this.#limits.concurrency) {
        break;
      }
      if (visit.notBefore <= now) {
        visit.startedAt = now;
        admitted.push(visit);
      }
    }
    this.#waiting = this.#waiting.filter((visit) => !admitted.includes(visit));
    this.#active += admitted.length;
    return admitted;
  }

  /** The next time at which `admit` can admit a question without another finishing; undefined: only then. */
  nextAdmissionAt(): number | undefined {
    if (this.#active >= this.#limits.concurrency || this.#waiting.length === 0) {
      return undefined;
    }
    return Math.min(...this.#waiting.map((visit) => visit.notBefore));
  }

  /** When a waiting visit has waited long enough to be refused. */
  waitsUntil(visit: Visit): number {
    return visit.arrivedAt + this.#limits.queueWaitMs;
  }

  /** An active visit found no room in the mesh: it waits again, in the order of its arrival. */
  stepBack(visit: Visit, now: number): void {
    this.#active -= 1;
    delete visit.startedAt;
    visit.notBefore = now + retryDelayMs;
    this.#waiting.push(visit);
    this.#waiting.sort((one, other) => one.arrivedAt - other.arrivedAt);
  }

  /** A visit is over, wherever it was. The room it had is worth a try for those that stepped back. */
  leave(visit: Visit, now: number): void {
    if (visit.startedAt === undefined) {
      this.#waiting = this.#waiting.filter((other) => other !== visit);
      return;
    }
    this.#active -= 1;
    const tookMs = now - visit.startedAt;
    this.#meanMs =
      this.#meanMs === undefined ? tookMs : this.#meanMs + (tookMs - this.#meanMs) * newestWeight;
    for (const waiting of this.#waiting) {
      waiting.notBefore = now;
    }
  }

  /** When a refused client may expect a place, in whole seconds, by the mean duration of past requests. */
  retryAfterSeconds(): number {
    const ahead = this.#active + this.#waiting.length + 1 - this.#limits.concurrency;
    const turns = Math.max(1, ahead / this.#limits.concurrency);
    const seconds = Math.ceil(((this.#meanMs ?? 0) * turns) / 1000);
    return Math.min(retryAfterBounds.most, Math.max(retryAfterBounds.least, seconds));
  }
}
