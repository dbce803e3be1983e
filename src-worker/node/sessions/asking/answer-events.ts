/** What happens to an answer under way, and what of it is told to whoever asked. */
import { AppError } from '../../../../src-shared/errors.ts';
import type { ChainFailure } from './chain-failure.ts';
import type { Chain, SampledToken } from './chain.ts';
import type { GenerationEvent } from './generation.ts';
import type { Successor } from './handover.ts';

/** What happens to an answer. Of chains that are not the current one any more, nothing matters. */
export type AnswerEvent =
  | { readonly type: 'token'; readonly from: Chain; readonly token: SampledToken }
  | { readonly type: 'failed'; readonly from: Chain; readonly failure: ChainFailure }
  | { readonly type: 'draining'; readonly from: Chain; readonly peer: string }
  /** Undefined when no other chain could be made ready. */
  | { readonly type: 'successor'; readonly successor: Successor | undefined };

export function toEvent(sampled: SampledToken): GenerationEvent {
  const { token, endOfGeneration, detail, computeMs, at } = sampled;
  const event = { type: 'token', token, endOfGeneration, timing: { computeMs, at } } as const;
  return detail === undefined ? event : { ...event, detail };
}

export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) {
    throw cancelled();
  }
}

export function cancelled(): AppError {
  return new AppError('cancelled', 'The request was cancelled');
}
