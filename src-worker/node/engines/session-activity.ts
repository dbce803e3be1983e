/** Whether an engine has work for a session, and for how long it has had none. Pure. */
import { type Work, workFlags } from '../../wire/work.ts';

export class SessionActivity {
  readonly #answersAll: boolean;
  readonly #selfFeedUntil: number | undefined;
  #workedAt: number;
  /** The engine owes an output. */
  #isOwed = false;

  /**
   * @param answersAll whether the shard gives something out for all work, not only where a token is sampled
   * @param selfFeedUntil of the session, see ShardSession
   */
  constructor(answersAll: boolean, selfFeedUntil: number | undefined, now: number) {
    this.#answersAll = answersAll;
    this.#selfFeedUntil = selfFeedUntil;
    this.#workedAt = now;
  }

  sent({ flags }: Pick<Work, 'flags'>, now: number): void {
    this.#workedAt = now;
    this.#isOwed ||= this.#answersAll || (flags & workFlags.sample) !== 0;
  }

  came({ flags, position }: Pick<Work, 'flags' | 'position'>, now: number): void {
    const isLast = (flags & (workFlags.endOfGeneration | workFlags.warmUp)) !== 0;
    this.#workedAt = now;
    this.#isOwed = !isLast && position < (this.#selfFeedUntil ?? 0);
  }

  /** Milliseconds without work; 0 while there is some. */
  idleMs(now: number): number {
    return this.#isOwed ? 0 : now - this.#workedAt;
  }
}
