/** Work that a stage gave to its engine and for which no result came yet, in order. */
import { AppError } from '../../../../src-shared/errors.ts';
import { type Work, workFlags } from '../../../wire/work.ts';

type PendingWork = {
  readonly work: Pick<Work, 'position' | 'count' | 'flags' | 'computeMicros'>;
  /** When the work came in, in milliseconds. */
  readonly takenAt: number;
  /** How many of its tokens came out already: an engine may cut work into pieces. */
  done: number;
};

/** What a result says about the work that it belongs to. */
export type WorkResult = {
  /** The shard's own computing time, in milliseconds, without that of the stages before. */
  readonly computeMs: number;
  /** When the work came in; undefined unless it was a single token from another peer. */
  readonly takenAt: number | undefined;
  /** All tokens of the work came out. */
  readonly isComplete: boolean;
};

export class WorkInFlight {
  readonly #queue: PendingWork[] = [];
  #tokens = 0;

  /** Tokens of all work for which no result came yet. */
  get tokens(): number {
    return this.#tokens;
  }

  add(work: PendingWork['work'], takenAt: number): void {
    this.#queue.push({ work, takenAt, done: 0 });
    this.#tokens += work.count;
  }

  /**
   * Hidden states came out of the engine: they belong to the oldest work, or the next piece of it.
   * @throws AppError `engine-failed` when they belong to no work
   */
  takeComputed(output: Work): WorkResult {
    const pending = this.#queue[0];
    if (
      pending === undefined ||
      output.position !== pending.work.position + pending.done ||
      output.count > pending.work.count - pending.done
    ) {
      throw unexpectedOutput(output);
    }
    const earlierMicros = pending.done === 0 ? pending.work.computeMicros : 0;
    pending.done += output.count;
    this.#tokens -= output.count;
    const isComplete = pending.done === pending.work.count;
    if (isComplete) {
      this.#queue.shift();
    }
    return resultOf(pending, output, earlierMicros, isComplete);
  }

  /**
   * A token came out of the engine: it belongs to the oldest work that was to be sampled. Work before that only filled the
   * cache. Where nothing is in flight, the engine had fed the token before it back by itself.
   * @throws AppError `engine-failed` when it belongs to no work
   */
  takeSampled(output: Work): WorkResult {
    if (this.#queue.length === 0) {
      return { computeMs: output.computeMicros / 1000, takenAt: undefined, isComplete: true };
    }
    const index = this.#queue.findIndex(({ work }) => (work.flags & workFlags.sample) !== 0);
    const pending = this.#queue[index];
    if (pending === undefined || pending.work.position + pending.work.count !== output.position) {
      throw unexpectedOutput(output);
    }
    for (const done of this.#queue.splice(0, index + 1)) {
      this.#tokens -= done.work.count;
    }
    return resultOf(pending, output, pending.work.computeMicros, true);
  }
}

function resultOf(
  { work, takenAt }: PendingWork,
  output: Work,
  earlierMicros: number,
  isComplete: boolean,
): WorkResult {
  return {
    computeMs: Math.max(0, output.computeMicros - earlierMicros) / 1000,
    takenAt: work.count === 1 ? takenAt : undefined,
    isComplete,
  };
}

function unexpectedOutput(output: Work): AppError {
  return new AppError(
    'engine-failed',
    `The engine returned ${output.count} tokens at position ${output.position}, for which it had no work`,
  );
}
