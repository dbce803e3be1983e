/** Measures how long a release of the machine takes: from what asks for it until the engines are gone. */
import type { Duty } from '../../src-shared/duty.ts';

export class ReleaseClock {
  readonly #now: () => number;
  #beganAtMs: number;

  /** `now`: monotonic time, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
    this.#beganAtMs = now();
  }

  /** One duty follows another: a drain begins a release, and so does another cause of a drain. */
  enter(previous: Duty, duty: Duty): void {
    if (duty.state === 'draining' && !isSameCause(previous, duty)) {
      this.begin();
    }
  }

  /** The machine is to be released from now on. */
  begin(): void {
    this.#beganAtMs = this.#now();
  }

  /** In whole milliseconds, since the newest release began. */
  get tookMs(): number {
    return Math.round(this.#now() - this.#beganAtMs);
  }
}

/** A drain that could wait for answers and no longer can has another cause. */
function isSameCause(previous: Duty, duty: Extract<Duty, { state: 'draining' }>): boolean {
  return previous.state === 'draining' && previous.deadline.kind === duty.deadline.kind;
}
