/** States of an answer for tests of its transitions: of two sources, 1 answers and 2 gets ready. */
import { AppError, type ErrorCode } from '../../../src-shared/errors.ts';
import type { RouteStage } from '../../../src-worker/node/routing/plan-route.ts';
import type {
  AnswerEffect,
  AnswerEvent,
} from '../../../src-worker/node/sessions/asking/answer-events.ts';
import type {
  AnswerPhase,
  AnswerProgress,
  AnswerState,
  Step,
} from '../../../src-worker/node/sessions/asking/answer-state.ts';
import { ChainFailure } from '../../../src-worker/node/sessions/asking/chain-failure.ts';
import type { SampledToken } from '../../../src-worker/node/sessions/asking/token-source.ts';

export const route: readonly RouteStage[] = [
  { peer: 'a', firstLayer: 0, lastLayer: 2 },
  { peer: 'b', firstLayer: 3, lastLayer: 5 },
];
export const detour: readonly RouteStage[] = [
  { peer: 'a', firstLayer: 0, lastLayer: 2 },
  { peer: 'c', firstLayer: 3, lastLayer: 5 },
];
const pace = { tokenMs: 20, computeMs: 20 };
export const terms = { promptTokens: 100, maxAnswerTokens: 50, needsHistory: false, ownPeer: 'me' };

/** The source that answers, the one that gets ready, and one that the answer has left. */
export const [current, successor, left] = [1, 2, 9];

const progress: AnswerProgress = {
  terms,
  tokens: 10,
  tokensAtSearch: 0,
  sources: 2,
  avoided: new Set(),
  detours: 0,
  takeovers: 0,
  refusing: [],
  route,
  cachedTokens: 0,
  isToFinish: false,
};
export const answering = { source: current, route, isPlain: true, moved: { at: 0, byToken: true } };
export const warming = {
  source: successor,
  route: detour,
  knownTokens: 5,
  pace,
  rounds: 1,
  computed: 108,
};

export function failure(
  code: ErrorCode = 'peer-failed',
  peer = 'b',
  isSilence = false,
): ChainFailure {
  return new ChainFailure(new AppError(code, 'It failed.'), peer, isSilence);
}

export function token(more: Partial<SampledToken> = {}): SampledToken {
  return { token: 7, endOfGeneration: false, detail: undefined, computeMs: 1, at: 500, ...more };
}

export const phases: {
  readonly [Name in AnswerPhase['name']]: Extract<AnswerPhase, { name: Name }>;
} = {
  searching: { name: 'searching' },
  opening: { name: 'opening', source: current, route },
  answering: { name: 'answering', current: answering },
  preparing: { name: 'preparing', current: answering, successor: warming },
  orphaned: {
    name: 'orphaned',
    lost: { type: 'failed', source: current, failure: failure(), detour },
    successor: warming,
  },
  restoring: { name: 'restoring', current: answering, from: 108, detour: undefined },
  finishing: { name: 'finishing', source: current, reason: 'end' },
  ended: { name: 'ended' },
};

export const events: {
  readonly [Type in AnswerEvent['type']]: (source: number) => Extract<AnswerEvent, { type: Type }>;
} = {
  routed: () => ({ type: 'routed', route }),
  unroutable: () => ({ type: 'unroutable', error: new AppError('no-route', 'Nobody is there.') }),
  opened: (source) => ({ type: 'opened', source, cachedTokens: 0, pace, at: 600 }),
  silent: (source) => ({
    type: 'silent',
    source,
    failure: failure('peer-failed', 'b', true),
    detour,
  }),
  token: (source) => ({ type: 'token', source, token: token() }),
  failed: (source) => ({ type: 'failed', source, failure: failure(), detour }),
  draining: (source) => ({ type: 'draining', source, peer: 'b', detour, at: 600 }),
  stuck: (source) => ({ type: 'stuck', source, peer: 'b', isSilent: true, detour }),
  stalled: (source) => ({ type: 'stalled', source, failure: failure() }),
  warmedUp: (source) => ({ type: 'warmedUp', source, next: token(), pace, at: 600 }),
  restored: (source) => ({ type: 'restored', source, pace, at: 600 }),
  finish: () => ({ type: 'finish' }),
  finished: (source) => ({ type: 'finished', source, accounts: [undefined] }),
  cancel: () => ({ type: 'cancel' }),
};

export function at(phase: AnswerPhase, more: Partial<AnswerProgress> = {}): AnswerState {
  return { progress: { ...progress, ...more }, phase };
}

/** The state of the answer after a step, and what is done; empty when nothing changes. */
export function outcome(state: AnswerState, next: Step): string {
  return next.state === state && next.effects.length === 0
    ? ''
    : [next.state.phase.name, ...next.effects.map(inShort)].join(' · ');
}

function inShort(effect: AnswerEffect): string {
  return 'source' in effect ? `${effect.type} ${effect.source}` : effect.type;
}

/** The effect of this kind, if there is one. */
export function effectOf(step: Step, type: AnswerEffect['type']): AnswerEffect | undefined {
  return step.effects.find((effect) => effect.type === type);
}

/** The outcome where the source that answers is lost and another route is searched for. */
export const again = 'searching · abandon 1 · blame · exclude · search';
