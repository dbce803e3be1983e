/** Makes the output of the engine for a session's segment, as segments too. Pure. */
import type { SampledDetail } from '../../src-shared/model.ts';
import { type Segment, segmentFlags } from '../wire/segment.ts';
import type { Run } from './llama/batch-buffer.ts';
import { type Collected, collect, type Pending } from './session.ts';

/** Largest number of microseconds in a u32. */
export const mostMicros = 0xffff_ffff;
const nothing = new Uint8Array(0);

export type Computed = {
  readonly pending: Pending;
  /** The part of the pending segment that was in the batch; `isLast`: nothing of the segment is left. */
  readonly run: Run;
  readonly isLast: boolean;
};

/** Whether each token of the segment is computed in a batch of its own. */
export function isOneByOne({ flags }: Pick<Segment, 'flags'>): boolean {
  return (flags & segmentFlags.oneByOne) !== 0;
}

/** The hidden states of a run; undefined for a one-by-one segment that is not complete yet. */
export function hiddenOutput(
  { pending, run, isLast }: Computed,
  hidden: Buffer,
  micros: number,
): Segment | undefined {
  const { segment } = pending;
  const flags = isLast
    ? segment.flags
    : segment.flags & ~(segmentFlags.sample | segmentFlags.warmUp);
  const { session } = segment;
  if (!isOneByOne(segment)) {
    const { position, count } = run;
    return {
      session,
      position,
      count,
      flags,
      computeMicros: micros,
      values: hidden,
      detail: nothing,
    };
  }
  const collected: Collected = collect(pending, hidden, micros);
  return isLast
    ? {
        session,
        position: segment.position,
        count: segment.count,
        flags,
        computeMicros: Math.min(mostMicros, collected.micros),
        values: Buffer.concat(collected.hidden),
        detail: nothing,
      }
    : undefined;
}

/** The token that was sampled after a run. */
export function sampledOutput(
  { pending, run }: Computed,
  token: number,
  isEnd: boolean,
  detail: SampledDetail | undefined,
  micros: number,
): Segment {
  return {
    session: pending.segment.session,
    position: run.position + run.count,
    count: 1,
    flags:
      (isEnd ? segmentFlags.endOfGeneration : 0) | (pending.segment.flags & segmentFlags.warmUp),
    computeMicros: micros,
    values: new Uint8Array(Int32Array.of(token).buffer),
    detail: detail === undefined ? nothing : Buffer.from(JSON.stringify(detail), 'utf8'),
  };
}

/** The segment that feeds a sampled token back as input. */
export function segmentOfSampled({ session, position, values }: Segment): Segment {
  return {
    session,
    position,
    count: 1,
    flags: segmentFlags.sample,
    computeMicros: 0,
    values,
    detail: nothing,
  };
}
