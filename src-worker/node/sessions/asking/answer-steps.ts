/** The steps of an answer that several of its states have in common. Pure. */
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

/** A phase's handler for each event; an event without a handler changes nothing in that phase. */
export type Handlers<Phase extends AnswerPhase> = {
  readonly [Type in AnswerEvent['type']]?: (
    progress: AnswerProgress,
    phase: Phase,
    event: EventOf<Type>,
  ) => Step;
};
type Handler<Phase> = (progress: AnswerProgress, phase: Phase, event: AnswerEvent) => Step;

/**
 * The step that follows from an event; undefined when the event changes nothing. Events of sources that the answer has
 * left never do.
 *
 * @param source the source whose events these handlers take; undefined: they take events without a source only
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

/** The step with these effects before its own. */
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

/** Ends the answer with the tokens that it has, when it has no source. */
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

/** No route is left. An answer that was shown in part and only lacks room ends with the tokens that it has. */
export function giveUp(progress: AnswerProgress, error: AppError): Step {
  return progress.tokens > 0 && error.code === 'over-capacity'
    ? cutShort(progress, 'length')
    : step(progress, { name: 'ended' }, { type: 'fail', error });
}

/** The answer's source is lost: it continues over another one, unless the failure would be the same there. */
export function failOver(
  progress: AnswerProgress,
  { failure, detour }: Pick<EventOf<'failed'>, 'failure' | 'detour'>,
): Step {
  const { terms, tokens, refusing } = progress;
  const { error, peer } = failure;
  const madeProgress = tokens > progress.tokensAtSearch;
  const mayGoOn = mayBeRestored(progress);
  // Stages that computed tokens of this answer have waited for room already; on other stages, cells may become free.
  const mayFindRoom = mayGoOn && (!madeProgress || detour !== undefined);
  if (error.code === 'over-capacity' && !mayFindRoom) {
    return cutShort(progress, 'length');
  }
  const blame: AnswerEffect = { type: 'blame', failure };
  const isOwnRefusal = error.code === 'request-invalid' && peer === terms.ownPeer;
  if (isOwnRefusal || !failure.isWorthAnotherRoute || !mayGoOn) {
    return step(progress, { name: 'ended' }, blame, { type: 'fail', error });
  }
  // A source that generated tokens had accepted the request; only its context can have become too small since.
  const wasTaken = madeProgress && error.code === 'context-too-long';
  const refused = isRefusal(error) && !wasTaken ? [...new Set([...refusing, peer])] : refusing;
  const isWrong = madeProgress && refused.length > 0;
  return after(
    [
      blame,
      { type: 'exclude', failure, madeProgress },
      ...(isWrong ? [{ type: 'reportWrongRefusals', peers: refused } as const] : []),
    ],
    search({ ...progress, refusing: isWrong ? [] : refused }),
  );
}

/** A stage is silent while its source opens: the answer takes the detour if there is one, and waits otherwise. */
export function onSilence(
  progress: AnswerProgress,
  phase: AnswerPhase,
  { failure, detour }: EventOf<'silent'>,
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

/** The number of a new source, the progress with it, and the effect that opens it. */
export function opening(progress: AnswerProgress, route: Route, mayResume: boolean) {
  const source = progress.sources + 1;
  const patience = patienceAfter(progress.detours);
  const effect: AnswerEffect = { type: 'open', source, route, patience, mayResume };
  return { source, opened: { ...progress, sources: source }, effect };
}

/** Whether another source's sampler could be told all tokens that it needs to know. */
export function mayBeRestored({ terms, tokens }: AnswerProgress): boolean {
  return tokens <= mostHistory || !terms.needsHistory;
}
