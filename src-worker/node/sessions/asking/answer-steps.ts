/** What an answer does at the turns that several of its states have in common. Pure. */
import type { AppError } from '../../../../src-shared/errors.ts';
import type { RouteStage } from '../../routing/plan-route.ts';
import { mostHistory } from '../protocol/stage-limits.ts';
import type { AnswerEffect, AnswerEvent } from './answer-events.ts';
import {
  type Answering,
  type AnswerPhase,
  type AnswerProgress,
  type EventOf,
  goRound,
  type Step,
} from './answer-state.ts';
import { isRefusal } from './chain-failure.ts';
import { patienceAfter } from './slowness.ts';

type Route = readonly RouteStage[];

/** What follows from each event in a phase; those that are left out are of no importance there. */
export type Handlers<Phase extends AnswerPhase> = {
  readonly [Type in AnswerEvent['type']]?: (
    progress: AnswerProgress,
    phase: Phase,
    event: EventOf<Type>,
  ) => Step;
};
type Handler<Phase> = (progress: AnswerProgress, phase: Phase, event: AnswerEvent) => Step;

/**
 * Undefined when the event is of no importance, as the words of sources that the answer has left are.
 *
 * @param source the one whose words these handlers are for; undefined: none
 */
export function handle<Phase extends AnswerPhase>(
  handlers: Handlers<Phase>,
  { progress, phase, event }: Turn<Phase>,
  source?: number,
): Step | undefined {
  if ('source' in event && event.source !== source) {
    return undefined;
  }
  return (handlers[event.type] as Handler<Phase> | undefined)?.(progress, phase, event);
}

export type Turn<Phase extends AnswerPhase> = {
  readonly progress: AnswerProgress;
  readonly phase: Phase;
  readonly event: AnswerEvent;
};

export function step(
  progress: AnswerProgress,
  phase: AnswerPhase,
  ...effects: readonly AnswerEffect[]
): Step {
  return { state: { progress, phase }, effects };
}

/** The same after something that is to be done first. */
export function after(first: readonly AnswerEffect[], { state, effects }: Step): Step {
  return { state, effects: [...first, ...effects] };
}

export function abandon(source: number): AnswerEffect {
  return { type: 'abandon', source };
}

export function search(progress: AnswerProgress): Step {
  const { tokens, avoided } = progress;
  return step(
    { ...progress, tokensAtSearch: tokens },
    { name: 'searching' },
    { type: 'search', avoided },
  );
}

export function open(progress: AnswerProgress, route: Route): Step {
  const { source, opened, effect } = opening(progress, route, progress.tokens === 0);
  return step(opened, { name: 'opening', source, route }, effect);
}

/** Ends with what there is of the answer, over no source. */
export function cutShort(progress: AnswerProgress, reason: 'end' | 'length'): Step {
  const accounts = progress.route.map(() => undefined);
  return step(progress, { name: 'ended' }, { type: 'end', reason, accounts });
}

export function finish(
  progress: AnswerProgress,
  { source, isPlain }: Answering,
  reason: 'end' | 'length',
): Step {
  return step(
    progress,
    { name: 'finishing', source, reason },
    { type: 'finish', source, keepsPrompt: isPlain },
  );
}

/** No peer is left to ask. An answer that was shown in part and finds no room ends with what there is of it. */
export function giveUp(progress: AnswerProgress, error: AppError): Step {
  return progress.tokens > 0 && error.code === 'over-capacity'
    ? cutShort(progress, 'length')
    : step(progress, { name: 'ended' }, { type: 'fail', error });
}

/** The answer's source is lost: it goes on over another one, unless the failure would be the same there. */
export function failOver(
  progress: AnswerProgress,
  { failure, detour }: Pick<EventOf<'failed'>, 'failure' | 'detour'>,
): Step {
  const { terms, tokens, refusing } = progress;
  const { error, peer } = failure;
  const gotOn = tokens > progress.tokensAtSearch;
  const mayGoOn = mayBeRestored(progress);
  // Stages on which the answer has got on have waited for room already; elsewhere, places may become free.
  const mayFindRoom = mayGoOn && (!gotOn || detour !== undefined);
  if (error.code === 'over-capacity' && !mayFindRoom) {
    return cutShort(progress, 'length');
  }
  const blame: AnswerEffect = { type: 'blame', failure };
  const isOwnWord = error.code === 'request-invalid' && peer === terms.ownPeer;
  if (isOwnWord || !failure.isWorthAnotherRoute || !mayGoOn) {
    return step(progress, { name: 'ended' }, blame, { type: 'fail', error });
  }
  // Where tokens came the request was taken, and only a context may have become too small since.
  const wasTaken = gotOn && error.code === 'context-too-long';
  const refused = isRefusal(error) && !wasTaken ? [...new Set([...refusing, peer])] : refusing;
  const isWrong = gotOn && refused.length > 0;
  return after(
    [
      blame,
      { type: 'exclude', failure, gotOn },
      ...(isWrong ? [{ type: 'reportWrongRefusals', peers: refused } as const] : []),
    ],
    search({ ...progress, refusing: isWrong ? [] : refused }),
  );
}

/** A stage that does not answer while its source opens is gone round where that is possible, and waited for elsewhere. */
export function silenceIn(
  progress: AnswerProgress,
  phase: AnswerPhase,
  { failure, detour }: EventOf<'unanswered'>,
  leaveIt: (progress: AnswerProgress) => Step,
): Step {
  const { peer } = failure;
  return after(
    [{ type: 'reportSilence', peer }],
    detour === undefined ? step(progress, phase) : leaveIt(goRound(progress, peer)),
  );
}

export function reportIfSilent({ peer, isSilent }: EventOf<'stuck'>): readonly AnswerEffect[] {
  return isSilent ? [{ type: 'reportSilence', peer }] : [];
}

/** A new source, and what opens it. */
export function opening(progress: AnswerProgress, route: Route, mayResume: boolean) {
  const source = progress.sources + 1;
  const patience = patienceAfter(progress.detours);
  const effect: AnswerEffect = { type: 'open', source, route, patience, mayResume };
  return { source, opened: { ...progress, sources: source }, effect };
}

/** Whether another source could be told all that it needs to know. */
export function mayBeRestored({ terms, tokens }: AnswerProgress): boolean {
  return tokens <= mostHistory || !terms.needsHistory;
}
