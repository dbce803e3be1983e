/** The segments that a stage has sent to its engine and that have no complete output yet, in order. */
import { AppError } from '../../../../src-shared/errors.ts';
import { type Segment, segmentFlags } from '../../../wire/segment.ts';

type PendingSegment = {
  readonly segment: Pick<Segment, 'position' | 'count' | 'flags' | 'computeMicros'>;
  /** When the segment arrived, in milliseconds. */
  readonly takenAt: number;
  /** How many of its tokens have an output already: an engine may split a segment. */
  done: number;
};

/** The facts about a segment that an output of the engine reveals. */
export type SegmentResult = {
  /** The shard's own computing time, in milliseconds, without that of the stages before. */
  readonly computeMs: number;
  /** When the segment arrived; undefined unless it was a single token from another peer. */
  readonly takenAt: number | undefined;
  /** Whether all tokens of the segment have an output. */
  readonly isComplete: boolean;
};

export class SegmentsInFlight {
  readonly #queue: PendingSegment[] = [];
  #tokens = 0;

  /** The number of tokens in flight. */
  get tokens(): number {
    return this.#tokens;
  }

  add(segment: PendingSegment['segment'], takenAt: number): void {
    this.#queue.push({ segment, takenAt, done: 0 });
    this.#tokens += segment.count;
  }

  /**
   * Takes hidden states from the engine, which belong to the next tokens of the oldest segment.
   * @throws AppError `engine-failed` when they belong to no segment
   */
  takeComputed(output: Segment): SegmentResult {
    const pending = this.#queue[0];
    if (
      pending === undefined ||
      output.position !== pending.segment.position + pending.done ||
      output.count > pending.segment.count - pending.done
    ) {
      throw unexpectedOutput(output);
    }
    const earlierMicros = pending.done === 0 ? pending.segment.computeMicros : 0;
    pending.done += output.count;
    this.#tokens -= output.count;
    const isComplete = pending.done === pending.segment.count;
    if (isComplete) {
      this.#queue.shift();
    }
    return resultOf(pending, output, earlierMicros, isComplete);
  }

  /**
   * Takes a sampled token from the engine, which belongs to the oldest segment that was to be sampled. Segments before it only
   * filled the cache. Where nothing is in flight, the engine had fed the previous token back by itself.
   * @throws AppError `engine-failed` when it belongs to no segment
   */
  takeSampled(output: Segment): SegmentResult {
    if (this.#queue.length === 0) {
      return { computeMs: output.computeMicros / 1000, takenAt: undefined, isComplete: true };
    }
    const index = this.#queue.findIndex(
      ({ segment }) => (segment.flags & segmentFlags.sample) !== 0,
    );
    const pending = this.#queue[index];
    if (
      pending === undefined ||
      pending.segment.position + pending.segment.count !== output.position
    ) {
      throw unexpectedOutput(output);
    }
    for (const done of this.#queue.splice(0, index + 1)) {
      this.#tokens -= done.segment.count;
    }
    return resultOf(pending, output, pending.segment.computeMicros, true);
  }
}

function resultOf(
  { segment, takenAt }: PendingSegment,
  output: Segment,
  earlierMicros: number,
  isComplete: boolean,
): SegmentResult {
  return {
    computeMs: Math.max(0, output.computeMicros - earlierMicros) / 1000,
    takenAt: segment.count === 1 ? takenAt : undefined,
    isComplete,
  };
}

function unexpectedOutput(output: Segment): AppError {
  return new AppError(
    'engine-failed',
    `The engine returned ${output.count} tokens at position ${output.position}, for which it had no segment`,
  );
}
