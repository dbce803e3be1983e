/** Measures how long a release of the machine takes, from its cause until the engines are gone. */
import type { Duty } from '../../src-shared/duty.ts';

export class ReleaseClock {
  readonly #now: () => number;
  #beganAtMs: number;

  /** `now`: monotonic time, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
    this.#beganAtMs = now();
  }

  /** Takes in the change from one duty to the next: a drain begins a release, and so does a new cause of a drain. */
  enter(previous: Duty, duty: Duty): void {
    if (duty.state === 'draining' && !isSameCause(previous, duty)) {
      this.begin();
    }
  }

  /** A release begins now. */
  begin(): void {
    this.#beganAtMs = this.#now();
  }

  /** In whole milliseconds, since the newest release began. */
  get tookMs(): number {
    return Math.round(this.#now() - this.#beganAtMs);
  }
}

/** A drain that could wait for answers and no longer can has got another cause. */
function isSameCause(previous: Duty, duty: Extract<Duty, { state: 'draining' }>): boolean {
  return previous.state === 'draining' && previous.deadline.kind === duty.deadline.kind;
}
