/** What an answer does next while a successor gets ready. Pure, as `nextAnswer`. */
import type { RouteStage } from '../../routing/plan-route.ts';
import { isClose, type Pace } from './answer-pace.ts';
import {
  type Answering,
  type AnswerProgress,
  avoid,
  type EventOf,
  goRound,
  lengthOf,
  type PhaseOf,
  type Step,
} from './answer-state.ts';
import {
  abandon,
  after,
  cutShort,
  failOver,
  finish,
  handle,
  type Handlers,
  onSilence,
  reportIfSilent,
  step,
  type Turn,
} from './answer-steps.ts';
import { prepare, takeOver, takeToken, takeUp, warmUp } from './taking-over.ts';

/** Each round of warm-up is shorter than the one before, unless the successor is too slow to catch up: then more do not help. */
const mostRounds = 6;

/** A source that has computed for less than this, in milliseconds, is dropped as soon as its successor is open. */
const hardlyBegunMs = 100;

type Warming = PhaseOf<'preparing' | 'orphaned'>;

/** The current source generates while the successor gets ready. */
export function nextWhilePreparing(turn: Turn<PhaseOf<'preparing'>>): Step | undefined {
  const { current, successor } = turn.phase;
  return handle(ofCurrent, turn, current.source) ?? handle(ofSuccessor, turn, successor.source);
}

/** No source generates until the successor is ready. */
export function nextWhileOrphaned(turn: Turn<PhaseOf<'orphaned'>>): Step | undefined {
  const { progress, phase, event } = turn;
  return event.type === 'finish'
    ? after([abandon(phase.successor.source)], cutShort(progress, 'end'))
    : handle(ofSuccessor, turn, phase.successor.source);
}

const ofCurrent: Handlers<PhaseOf<'preparing'>> = {
  token: (progress, phase, { token }) => beginWarmUp(takeToken(progress, phase, token)),
  failed: (progress, { current, successor }, lost) =>
    beginWarmUp(step(progress, { name: 'orphaned', lost, successor }, abandon(current.source))),
  draining: (progress, phase, event) => without(avoid(progress, event.peer), phase, event),
  stuck: (progress, phase, event) =>
    beginWarmUp(after(reportIfSilent(event), without(goRound(progress, event.peer), phase, event))),
  stalled: (progress, phase) => beginWarmUp(step(progress, phase)),
  finish: (progress, { current, successor }) =>
    after([abandon(successor.source)], finish(progress, current, 'end')),
};

const ofSuccessor: Handlers<Warming> = {
  opened: (progress, phase, event) => {
    const { pace } = event;
    if (phase.name === 'preparing' && hasHardlyBegun(phase.current, event.at)) {
      return after([abandon(phase.current.source)], takeUp(progress, phase.successor, event));
    }
    const opened = { ...phase, successor: { ...phase.successor, pace } };
    // Two sources that compute the prompt at once slow each other, and the current one is further already.
    const hasTokens = phase.name === 'orphaned' || phase.current.moved.byToken;
    return hasTokens ? warmUpIn(progress, opened, pace) : step(progress, opened);
  },
  warmedUp: (progress, phase, event) =>
    isReady(progress, phase, event.pace)
      ? after(
          phase.name === 'preparing' ? [abandon(phase.current.source)] : [],
          takeOver(progress, phase.successor, event.next, event),
        )
      : warmUpIn(progress, phase, event.pace),
  failed: (progress, phase, { failure, detour }) =>
    loseSuccessor(avoid(progress, failure.peer), phase, detour),
  stalled: (progress, phase, { failure }) =>
    loseSuccessor(avoid(progress, failure.peer), phase, undefined),
  silent: (progress, phase, event) =>
    onSilence(progress, phase, event, (gone) => loseSuccessor(gone, phase, event.detour)),
  draining: (progress, phase, { peer, detour }) =>
    phase.name === 'preparing' && detour !== undefined
      ? loseSuccessor(avoid(progress, peer), phase, detour)
      : step(avoid(progress, peer), phase),
};

/** Whether little is lost with what the source has computed; a successor that computes beside it would slow both. */
function hasHardlyBegun({ moved }: Answering, at: number): boolean {
  return !moved.byToken && at - moved.at < hardlyBegunMs;
}

/** Starts the warm-up of an open successor that had to wait for the current source's first token. */
function beginWarmUp(next: Step): Step {
  const { progress, phase } = next.state;
  if (!('successor' in phase) || phase.successor.rounds > 0 || !phase.successor.pace) {
    return next;
  }
  return after(next.effects, warmUpIn(progress, phase, phase.successor.pace));
}

/** Replaces a successor that uses this peer too, where there is a detour. */
function without(
  progress: AnswerProgress,
  phase: PhaseOf<'preparing'>,
  { peer, detour }: EventOf<'draining' | 'stuck'>,
): Step {
  const { route } = phase.successor;
  return detour !== undefined && route.some((stage) => stage.peer === peer)
    ? loseSuccessor(progress, phase, detour)
    : step(progress, phase);
}

function warmUpIn(progress: AnswerProgress, phase: Warming, pace: Pace): Step {
  const { successor, effect } = warmUp(progress, phase.successor, pace);
  return step(progress, { ...phase, successor }, effect);
}

/** Whether the successor is close enough to take over. Where no source generates any more, waiting gains nothing. */
function isReady(progress: AnswerProgress, { name, successor }: Warming, pace: Pace): boolean {
  const behind = lengthOf(progress) - successor.computed;
  return name === 'orphaned' || successor.rounds >= mostRounds || isClose(pace, behind);
}

/** Prepares another successor over the detour; where no source generates any more, the answer searches for any route. */
function loseSuccessor(
  progress: AnswerProgress,
  phase: Warming,
  detour: readonly RouteStage[] | undefined,
): Step {
  return after(
    [abandon(phase.successor.source)],
    phase.name === 'orphaned'
      ? failOver(progress, phase.lost)
      : prepare(progress, phase.current, detour),
  );
}
