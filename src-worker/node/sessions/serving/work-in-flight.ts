/** Work that a stage gave to its engine and that has not come out of it yet, in order. */
import { AppError } from '../../../../src-shared/errors.ts';
import { type Work, workFlags } from '../../../wire/work.ts';

type FlyingWork = {
  readonly work: Pick<Work, 'position' | 'count' | 'flags' | 'computeMicros'>;
  /** When it came in, in milliseconds. */
  readonly takenAt: number;
  /** Tokens that came out already: an engine may cut work into pieces. */
  done: number;
};

/** How an output relates to the work that it answers. */
export type Landed = {
  /** The shard's own computing time, in milliseconds, without that of the stages before. */
  readonly computeMs: number;
  /** When the work came in. Undefined unless it was a single token that came from outside. */
  readonly takenAt: number | undefined;
  /** Nothing of the work is left in the engine. */
  readonly isComplete: boolean;
};

export class WorkInFlight {
  readonly #queue: FlyingWork[] = [];
  #tokens = 0;

  /** Tokens of all work that has not come out. */
  get tokens(): number {
    return this.#tokens;
  }

  add(work: FlyingWork['work'], takenAt: number): void {
    this.#queue.push({ work, takenAt, done: 0 });
    this.#tokens += work.count;
  }

  /**
   * Hidden states came out of the engine: they answer the oldest work, or the next piece of it.
   * @throws AppError `engine-failed` when they answer nothing that was asked
   */
  takeComputed(output: Work): Landed {
    const flying = this.#queue[0];
    if (
      flying === undefined ||
      output.position !== flying.work.position + flying.done ||
      output.count > flying.work.count - flying.done
    ) {
      throw unexpectedOutput(output);
    }
    const earlierMicros = flying.done === 0 ? flying.work.computeMicros : 0;
    flying.done += output.count;
    this.#tokens -= output.count;
    const isComplete = flying.done === flying.work.count;
    if (isComplete) {
      this.#queue.shift();
    }
    return landed(flying, output, earlierMicros, isComplete);
  }

  /**
   * A token came out of the engine: it answers the oldest work that asked for one. Work before that only
   * filled the cache. Where nothing is in flight, the engine had fed the token's predecessor back in by itself.
   * @throws AppError `engine-failed` when it answers nothing that was asked
   */
  takeSampled(output: Work): Landed {
    if (this.#queue.length === 0) {
      return { computeMs: output.computeMicros / 1000, takenAt: undefined, isComplete: true };
    }
    const index = this.#queue.findIndex(({ work }) => (work.flags & workFlags.sample) !== 0);
    const flying = this.#queue[index];
    if (flying === undefined || flying.work.position + flying.work.count !== output.position) {
      throw unexpectedOutput(output);
    }
    for (const answered of this.#queue.splice(0, index + 1)) {
      this.#tokens -= answered.work.count;
    }
    return landed(flying, output, flying.work.computeMicros, true);
  }
}

function landed(
  { work, takenAt }: FlyingWork,
  output: Work,
  earlierMicros: number,
  isComplete: boolean,
): Landed {
  return {
    computeMs: Math.max(0, output.computeMicros - earlierMicros) / 1000,
    takenAt: work.count === 1 ? takenAt : undefined,
    isComplete,
  };
}

function unexpectedOutput(output: Work): AppError {
  return new AppError(
    'engine-failed',
    `The engine answered ${output.count} tokens at position ${output.position}, which it was not asked for`,
  );
}
