/** Knows whether an engine has work of a session, and for how long it has had none. Pure. */
import { type Work, workFlags } from '../../wire/work.ts';

export class SessionActivity {
  readonly #outputsAll: boolean;
  readonly #selfFeedUntil: number | undefined;
  #activeAt: number;
  /** Whether a result of the engine is still to come. */
  #isOwed = false;

  /**
   * @param outputsAll whether all work has a result, not only work after which a token is sampled
   * @param selfFeedUntil that of the session, see ShardSession
   */
  constructor(outputsAll: boolean, selfFeedUntil: number | undefined, now: number) {
    this.#outputsAll = outputsAll;
    this.#selfFeedUntil = selfFeedUntil;
    this.#activeAt = now;
  }

  sent({ flags }: Pick<Work, 'flags'>, now: number): void {
    this.#activeAt = now;
    this.#isOwed ||= this.#outputsAll || (flags & workFlags.sample) !== 0;
  }

  came({ flags, position }: Pick<Work, 'flags' | 'position'>, now: number): void {
    const isLast = (flags & (workFlags.endOfGeneration | workFlags.warmUp)) !== 0;
    this.#activeAt = now;
    this.#isOwed = !isLast && position < (this.#selfFeedUntil ?? 0);
  }

  /** Milliseconds without work; 0 while there is some. */
  idleMs(now: number): number {
    return this.#isOwed ? 0 : now - this.#activeAt;
  }
}
