/** How sources take an answer over one after another, and what follows from each token. Pure. */
import type { RouteStage } from '../../routing/plan-route.ts';
import type { AnswerEffect } from './answer-events.ts';
import { isExact, type Pace } from './answer-pace.ts';
import {
  type Answering,
  type AnswerProgress,
  lengthOf,
  type PhaseOf,
  type Source,
  type Step,
  type Successor,
} from './answer-state.ts';
import { abandon, after, finish, mayBeRestored, opening, step } from './answer-steps.ts';
import { patienceAfter, probeWithinMs } from './slowness.ts';
import type { SampledToken } from './token-source.ts';

type Moment = { readonly pace: Pace; readonly at: number };

/** A source that has just opened, with nothing computed but a cached prefix, takes the answer up. */
export function takeUp(
  progress: AnswerProgress,
  { source, route }: Source,
  { cachedTokens, pace, at }: Moment & { readonly cachedTokens: number },
): Step {
  const { tokens, takeovers } = progress;
  const isPlain = isExactFrom(progress, cachedTokens, route, pace);
  const taken = {
    ...progress,
    route,
    cachedTokens,
    takeovers: tokens > 0 ? takeovers + 1 : takeovers,
  };
  const current = { source, route, isPlain, moved: { at, byToken: false } };
  return progress.isToFinish
    ? finish(taken, { ...current, isPlain: false }, 'end')
    : step(
        taken,
        { name: 'answering', current },
        { type: 'run', source, from: cachedTokens, isExact: isPlain },
      );
}

/** Prepares a successor over this route, if there is one and its sampler could be told the history. */
export function prepare(
  progress: AnswerProgress,
  current: Answering,
  detour: readonly RouteStage[] | undefined,
): Step {
  if (detour === undefined || !mayBeRestored(progress)) {
    return step(progress, { name: 'answering', current });
  }
  const { source, opened, effect } = opening(progress, detour, false);
  const knownTokens = progress.tokens;
  const successor = { source, route: detour, knownTokens, pace: undefined, rounds: 0, computed: 0 };
  return step(opened, { name: 'preparing', current, successor }, effect);
}

/** The next round of a successor's warm-up. */
export function warmUp(
  progress: AnswerProgress,
  successor: Successor,
  pace: Pace,
): { readonly successor: Successor; readonly effect: AnswerEffect } {
  const { source, route, rounds, computed } = successor;
  return {
    successor: { ...successor, rounds: rounds + 1, computed: lengthOf(progress) },
    effect: {
      type: 'warmUp',
      source,
      from: computed,
      isExact: isExactFrom(progress, computed, route, pace),
    },
  };
}

/** A successor that is ready takes over; `next` is the token that it sampled behind what it has computed. */
export function takeOver(
  progress: AnswerProgress,
  { source, route, computed, knownTokens }: Successor,
  next: SampledToken,
  moment: Moment,
): Step {
  const { terms, tokens, detours } = progress;
  const current = { source, route, isPlain: false, moved: { at: moment.at, byToken: false } };
  const taken = { ...progress, route, cachedTokens: 0, takeovers: progress.takeovers + 1 };
  if (terms.needsHistory && tokens !== knownTokens) {
    return step(
      taken,
      {
        name: 'restoring',
        current,
        // A token that was sampled without the whole history may be wrong: the last token is computed again to sample anew.
        from: Math.min(computed, lengthOf(progress) - 1),
        detour: undefined,
      },
      { type: 'restoreHistory', source, withinMs: probeWithinMs * patienceAfter(detours) },
    );
  }
  if (computed < lengthOf(progress)) {
    return goOn(taken, current, computed, moment.pace);
  }
  const { state, effects } = takeToken(taken, { name: 'answering', current }, next);
  return state.phase.name === 'finishing'
    ? { state, effects }
    : { state, effects: [...effects, { type: 'run', source, from: computed, isExact: true }] };
}

/** Continues the answer from a position before the end of its sequence. */
export function goOn(progress: AnswerProgress, current: Answering, from: number, pace: Pace): Step {
  const { source, route } = current;
  return step(
    progress,
    { name: 'answering', current },
    { type: 'run', source, from, isExact: isExactFrom(progress, from, route, pace) },
  );
}

/** The current source gave a token. The answer stays in `phase`, unless the token was the last one. */
export function takeToken(
  progress: AnswerProgress,
  phase: PhaseOf<'answering' | 'preparing'>,
  token: SampledToken,
): Step {
  const { current } = phase;
  const tokens = token.endOfGeneration ? progress.tokens : progress.tokens + 1;
  const { refusing, terms } = progress;
  const areWrong = tokens > progress.tokens && refusing.length > 0;
  const taken = { ...progress, tokens, refusing: areWrong ? [] : refusing };
  const effects: readonly AnswerEffect[] = [
    { type: 'yield', token },
    ...(areWrong ? [{ type: 'reportWrongRefusals', peers: refusing } as const] : []),
  ];
  if (token.endOfGeneration || tokens === terms.maxAnswerTokens) {
    const leaving = phase.name === 'preparing' ? [abandon(phase.successor.source)] : [];
    const reason = token.endOfGeneration ? 'end' : 'length';
    return after([...effects, ...leaving], finish(taken, current, reason));
  }
  const moved = { at: token.at, byToken: true };
  return step(taken, { ...phase, current: { ...current, moved } }, ...effects);
}

/** Whether there is time to recompute exactly from a position on. Only generated tokens count: a prompt takes no longer exactly. */
function isExactFrom(
  progress: AnswerProgress,
  from: number,
  route: readonly RouteStage[],
  pace: Pace,
): boolean {
  const generated = lengthOf(progress) - Math.max(from, progress.terms.promptTokens);
  return isExact(pace, generated, route.length);
}
