/**
 * What an answer does next. Pure, so that tests can try every state with every event: the effects come out as data, and
 * `Answer` carries them out and feeds the events that follow back in.
 */
import { missingCase } from '../../../../src-shared/errors.ts';
import type { AnswerEffect, AnswerEvent } from './answer-events.ts';
import {
  type AnswerPhase,
  type AnswerProgress,
  type AnswerState,
  type AnswerTerms,
  avoid,
  type EventOf,
  goRound,
  type PhaseOf,
  type Step,
} from './answer-state.ts';
import {
  abandon,
  after,
  cutShort,
  failOver,
  finish,
  giveUp,
  handle,
  type Handlers,
  open,
  search,
  onSilence,
  reportIfSilent,
  step,
} from './answer-steps.ts';
import { cancelled } from './chain-failure.ts';
import { nextWhileOrphaned, nextWhilePreparing } from './next-source.ts';
import { goOn, prepare, takeToken, takeUp } from './taking-over.ts';

export function beginAnswer(terms: AnswerTerms): Step {
  return search({
    terms,
    tokens: 0,
    tokensAtSearch: 0,
    sources: 0,
    avoided: new Set(),
    detours: 0,
    takeovers: 0,
    refusing: [],
    route: [],
    cachedTokens: 0,
    isToFinish: false,
  });
}

/** The step that follows from an event. Events that do not matter in the current phase leave the state as it is. */
export function nextAnswer(state: AnswerState, event: AnswerEvent): Step {
  const { progress, phase } = state;
  if (event.type === 'cancel' && phase.name !== 'ended') {
    const error = cancelled();
    return step(progress, { name: 'ended' }, ...leave(phase), { type: 'fail', error });
  }
  return nextIn(progress, phase, event) ?? { state, effects: [] };
}

function nextIn(
  progress: AnswerProgress,
  phase: AnswerPhase,
  event: AnswerEvent,
): Step | undefined {
  switch (phase.name) {
    case 'searching':
      return handle(whileSearching, { progress, phase, event });
    case 'opening':
      return handle(whileOpening, { progress, phase, event }, phase.source);
    case 'answering':
      return handle(whileAnswering, { progress, phase, event }, phase.current.source);
    case 'preparing':
      return nextWhilePreparing({ progress, phase, event });
    case 'orphaned':
      return nextWhileOrphaned({ progress, phase, event });
    case 'restoring':
      return handle(whileRestoring, { progress, phase, event }, phase.current.source);
    case 'finishing':
      return handle(whileFinishing, { progress, phase, event }, phase.source);
    case 'ended':
      return undefined;
    default:
      return missingCase(phase);
  }
}

const whileSearching: Handlers<PhaseOf<'searching'>> = {
  routed: (progress, _, { route }) => open(progress, route),
  unroutable: (progress, _, { error }) => giveUp(progress, error),
  finish: finishWithoutSource,
};

const whileOpening: Handlers<PhaseOf<'opening'>> = {
  opened: takeUp,
  failed: (progress, { source }, event) => after([abandon(source)], failOver(progress, event)),
  silent: (progress, phase, event) =>
    onSilence(progress, phase, event, (gone) =>
      after([abandon(phase.source)], failOver(gone, event)),
    ),
  draining: (progress, phase, { peer, detour }) => {
    const without = avoid(progress, peer);
    return detour === undefined
      ? step(without, phase)
      : after([abandon(phase.source)], open(without, detour));
  },
  finish: finishWithoutSource,
};

const whileAnswering: Handlers<PhaseOf<'answering'>> = {
  token: (progress, phase, { token }) => takeToken(progress, phase, token),
  failed: failCurrent,
  draining: (progress, { current }, { peer, detour }) =>
    prepare(avoid(progress, peer), current, detour),
  stuck: (progress, { current }, event) =>
    after(reportIfSilent(event), prepare(goRound(progress, event.peer), current, event.detour)),
  stalled: (progress, { current }, { failure }) =>
    step(
      progress,
      { name: 'ended' },
      abandon(current.source),
      { type: 'reportSilence', peer: failure.peer },
      { type: 'fail', error: failure.error },
    ),
  finish: finishCurrent,
};

const whileRestoring: Handlers<PhaseOf<'restoring'>> = {
  restored: (progress, { current, from, detour }, { pace, at }) => {
    const going = { ...current, moved: { at, byToken: false } };
    return after(goOn(progress, going, from, pace).effects, prepare(progress, going, detour));
  },
  failed: failCurrent,
  draining: (progress, phase, { peer, detour = phase.detour }) =>
    step(avoid(progress, peer), { ...phase, detour }),
  finish: finishCurrent,
};

const whileFinishing: Handlers<PhaseOf<'finishing'>> = {
  finished: (progress, { source, reason }, { accounts }) =>
    step(progress, { name: 'ended' }, abandon(source), { type: 'end', reason, accounts }),
};

function failCurrent(
  progress: AnswerProgress,
  { current }: PhaseOf<'answering' | 'restoring'>,
  event: EventOf<'failed'>,
): Step {
  return after([abandon(current.source)], failOver(progress, event));
}

function finishCurrent(
  progress: AnswerProgress,
  { current }: PhaseOf<'answering' | 'restoring'>,
): Step {
  return finish(progress, current, 'end');
}

/** Ends an answer that has no open source. Without any token it waits for a source first, which gives the accounts. */
function finishWithoutSource(
  progress: AnswerProgress,
  phase: PhaseOf<'searching' | 'opening'>,
): Step {
  return progress.tokens > 0
    ? after(leave(phase), cutShort(progress, 'end'))
    : step({ ...progress, isToFinish: true }, phase);
}

/** Abandons every source that is open or opening. */
function leave(phase: AnswerPhase): readonly AnswerEffect[] {
  switch (phase.name) {
    case 'opening':
    case 'finishing':
      return [abandon(phase.source)];
    case 'answering':
    case 'restoring':
      return [abandon(phase.current.source)];
    case 'preparing':
      return [abandon(phase.current.source), abandon(phase.successor.source)];
    case 'orphaned':
      return [abandon(phase.successor.source)];
    case 'searching':
    case 'ended':
      return [];
    default:
      return missingCase(phase);
  }
}
