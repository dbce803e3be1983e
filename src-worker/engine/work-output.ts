/** What the engine gives out for a session's work, as frames of work. Pure. */
import type { SampledDetail } from '../../src-shared/model.ts';
import { type Work, workFlags } from '../wire/work.ts';
import type { Run } from './llama/batch-buffer.ts';
import { type Collected, collect, type Pending } from './session.ts';

/** What a u32 of microseconds holds. */
export const mostMicros = 0xffff_ffff;
const nothing = new Uint8Array(0);

export type Computed = {
  readonly pending: Pending;
  /** The part of the pending work that was in the batch; `isLast`: nothing of it is left. */
  readonly run: Run;
  readonly isLast: boolean;
};

/** Each token of the work is computed in a batch of its own. */
export function isOneByOne({ flags }: Pick<Work, 'flags'>): boolean {
  return (flags & workFlags.oneByOne) !== 0;
}

/** The hidden states of a run; undefined while those of the rest of its work are waited for. */
export function hiddenOutput(
  { pending, run, isLast }: Computed,
  hidden: Buffer,
  micros: number,
): Work | undefined {
  const { work } = pending;
  const flags = isLast ? work.flags : work.flags & ~(workFlags.sample | workFlags.warmUp);
  const { session } = work;
  if (!isOneByOne(work)) {
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
        position: work.position,
        count: work.count,
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
): Work {
  return {
    session: pending.work.session,
    position: run.position + run.count,
    count: 1,
    flags: (isEnd ? workFlags.endOfGeneration : 0) | (pending.work.flags & workFlags.warmUp),
    computeMicros: micros,
    values: new Uint8Array(Int32Array.of(token).buffer),
    detail: detail === undefined ? nothing : Buffer.from(JSON.stringify(detail), 'utf8'),
  };
}

/** The work of computing a sampled token in its turn. */
export function workOfSampled({ session, position, values }: Work): Work {
  return {
    session,
    position,
    count: 1,
    flags: workFlags.sample,
    computeMicros: 0,
    values,
    detail: nothing,
  };
}
