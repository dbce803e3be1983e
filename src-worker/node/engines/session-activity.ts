/** Knows whether an engine has segments of a session, and for how long it has had none. Pure. */
import { type Segment, segmentFlags } from '../../wire/segment.ts';

export class SessionActivity {
  readonly #outputsAll: boolean;
  readonly #selfFeedUntil: number | undefined;
  #activeAt: number;
  /** Whether a result of the engine is still to come. */
  #isOwed = false;

  /**
   * @param outputsAll whether all segments have an output, not only those after which a token is sampled
   * @param selfFeedUntil that of the session, see ShardSession
   */
  constructor(outputsAll: boolean, selfFeedUntil: number | undefined, now: number) {
    this.#outputsAll = outputsAll;
    this.#selfFeedUntil = selfFeedUntil;
    this.#activeAt = now;
  }

  sent({ flags }: Pick<Segment, 'flags'>, now: number): void {
    this.#activeAt = now;
    this.#isOwed ||= this.#outputsAll || (flags & segmentFlags.sample) !== 0;
  }

  came({ flags, position }: Pick<Segment, 'flags' | 'position'>, now: number): void {
    const isLast = (flags & (segmentFlags.endOfGeneration | segmentFlags.warmUp)) !== 0;
    this.#activeAt = now;
    this.#isOwed = !isLast && position < (this.#selfFeedUntil ?? 0);
  }

  /** Milliseconds without a segment; 0 while the engine has one. */
  idleMs(now: number): number {
    return this.#isOwed ? 0 : now - this.#activeAt;
  }
}
