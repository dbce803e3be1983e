/** Every state of an answer with every event, and the turns that depend on more than both. */
import { describe, expect, it } from 'vitest';
import { AppError, type ErrorCode } from '../../../../src-shared/errors.ts';
import type { RouteStage } from '../../routing/plan-route.ts';
import { mostHistory } from '../protocol/stage-limits.ts';
import type { AnswerEffect, AnswerEvent } from './answer-events.ts';
import type { AnswerPhase, AnswerProgress, AnswerState, Step } from './answer-state.ts';
import { isInterrupted, watchedSource } from './answer-state.ts';
import { ChainFailure } from './chain-failure.ts';
import { beginAnswer, nextAnswer } from './next-answer.ts';
import type { SampledToken } from './token-source.ts';

type Phase = AnswerPhase['name'];
type Row = Readonly<Record<AnswerEvent['type'], string>>;

const route: readonly RouteStage[] = [
  { peer: 'a', firstLayer: 0, lastLayer: 2 },
  { peer: 'b', firstLayer: 3, lastLayer: 5 },
];
const detour: readonly RouteStage[] = [
  { peer: 'a', firstLayer: 0, lastLayer: 2 },
  { peer: 'c', firstLayer: 3, lastLayer: 5 },
];
const pace = { tokenMs: 20, computeMs: 20 };
const terms = { promptTokens: 100, maxAnswerTokens: 50, needsHistory: false, ownPeer: 'me' };

/** What answered, what gets ready, and one that the answer has left. */
const [current, successor, left] = [1, 2, 9];

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
const answering = { source: current, route, isPlain: true, moved: { at: 0, byToken: true } };
const warming = {
  source: successor,
  route: detour,
  knownTokens: 5,
  pace,
  rounds: 1,
  computed: 108,
};

function failure(code: ErrorCode = 'peer-failed', peer = 'b', isSilence = false): ChainFailure {
  return new ChainFailure(new AppError(code, 'It failed.'), peer, isSilence);
}

function token(more: Partial<SampledToken> = {}): SampledToken {
  return { token: 7, endOfGeneration: false, detail: undefined, computeMs: 1, at: 500, ...more };
}

const phases: { readonly [Name in Phase]: Extract<AnswerPhase, { name: Name }> } = {
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

const events: {
  readonly [Type in AnswerEvent['type']]: (source: number) => Extract<AnswerEvent, { type: Type }>;
} = {
  routed: () => ({ type: 'routed', route }),
  unroutable: () => ({ type: 'unroutable', error: new AppError('no-route', 'Nobody is there.') }),
  opened: (source) => ({ type: 'opened', source, cachedTokens: 0, pace, at: 600 }),
  unanswered: (source) => ({
    type: 'unanswered',
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

function at(phase: AnswerPhase, more: Partial<AnswerProgress> = {}): AnswerState {
  return { progress: { ...progress, ...more }, phase };
}

/** Where the answer is then, and what is done; empty when nothing changes. */
function outcome(state: AnswerState, next: Step): string {
  return next.state === state && next.effects.length === 0
    ? ''
    : [next.state.phase.name, ...next.effects.map(inShort)].join(' · ');
}

function inShort(effect: AnswerEffect): string {
  return 'source' in effect ? `${effect.type} ${effect.source}` : effect.type;
}

function lists(step: Step, type: AnswerEffect['type']): AnswerEffect | undefined {
  return step.effects.find((effect) => effect.type === type);
}

const nothing: Row = {
  routed: '',
  unroutable: '',
  opened: '',
  unanswered: '',
  token: '',
  failed: '',
  draining: '',
  stuck: '',
  stalled: '',
  warmedUp: '',
  restored: '',
  finish: '',
  finished: '',
  cancel: '',
};

const again = 'searching · abandon 1 · blame · exclude · search';

/** Events of the source that answers, opens or ends; in `orphaned` it is one that was left. */
const ofCurrent: Readonly<Record<Phase, Row>> = {
  searching: {
    ...nothing,
    routed: 'opening · open 3',
    unroutable: 'ended · fail',
    finish: 'ended · end',
    cancel: 'ended · fail',
  },
  opening: {
    ...nothing,
    opened: 'answering · run 1',
    unanswered: 'searching · reportSilence · abandon 1 · blame · exclude · search',
    failed: again,
    draining: 'opening · abandon 1 · open 3',
    finish: 'ended · abandon 1 · end',
    cancel: 'ended · abandon 1 · fail',
  },
  answering: {
    ...nothing,
    token: 'answering · yield',
    failed: again,
    draining: 'preparing · open 3',
    stuck: 'preparing · reportSilence · open 3',
    stalled: 'ended · abandon 1 · reportSilence · fail',
    finish: 'finishing · finish 1',
    cancel: 'ended · abandon 1 · fail',
  },
  preparing: {
    ...nothing,
    token: 'preparing · yield',
    failed: 'orphaned · abandon 1',
    draining: 'preparing',
    stuck: 'preparing · reportSilence',
    stalled: 'preparing',
    finish: 'finishing · abandon 2 · finish 1',
    cancel: 'ended · abandon 1 · abandon 2 · fail',
  },
  orphaned: { ...nothing, finish: 'ended · abandon 2 · end', cancel: 'ended · abandon 2 · fail' },
  restoring: {
    ...nothing,
    restored: 'answering · run 1',
    failed: again,
    draining: 'restoring',
    finish: 'finishing · finish 1',
    cancel: 'ended · abandon 1 · fail',
  },
  finishing: {
    ...nothing,
    finished: 'ended · abandon 1 · end',
    cancel: 'ended · abandon 1 · fail',
  },
  ended: nothing,
};

/** Events of the source that gets ready. */
const ofSuccessor: Readonly<Record<'preparing' | 'orphaned', Row>> = {
  preparing: {
    ...ofCurrent.preparing,
    opened: 'preparing · warmUp 2',
    warmedUp: 'answering · abandon 1 · run 2',
    failed: 'preparing · abandon 2 · open 3',
    unanswered: 'preparing · reportSilence · abandon 2 · open 3',
    draining: 'preparing · abandon 2 · open 3',
    stalled: 'answering · abandon 2',
    token: '',
    stuck: '',
  },
  orphaned: {
    ...ofCurrent.orphaned,
    opened: 'orphaned · warmUp 2',
    warmedUp: 'answering · run 2',
    failed: 'searching · abandon 2 · blame · exclude · search',
    unanswered: 'searching · reportSilence · abandon 2 · blame · exclude · search',
    draining: 'orphaned',
    stalled: 'searching · abandon 2 · blame · exclude · search',
  },
};

type Case = readonly [phase: Phase, event: AnswerEvent['type'], source: number, expected: string];

function casesOf(table: Readonly<Partial<Record<Phase, Row>>>, source: number): Case[] {
  return Object.entries(table).flatMap(([phase, row]) =>
    Object.entries(row).map(([event, expected]): Case => [
      phase as Phase,
      event as AnswerEvent['type'],
      source,
      expected,
    ]),
  );
}

describe('an answer in each state', () => {
  it.each([...casesOf(ofCurrent, current), ...casesOf(ofSuccessor, successor)])(
    'takes each event: %s, %s of source %i',
    (phase, event, source, expected) => {
      const state = at(phases[phase]);
      expect(outcome(state, nextAnswer(state, events[event](source)))).toBe(expected);
    },
  );

  it('does not mind what a source says that it has left', () => {
    for (const phase of Object.values(phases)) {
      for (const event of Object.values(events).map((make) => make(left))) {
        const state = at(phase);
        expect('source' in event ? outcome(state, nextAnswer(state, event)) : '').toBe('');
      }
    }
  });

  it('is watched where it waits for a source', () => {
    const watched = Object.values(phases).map((phase) => watchedSource(at(phase)));
    const [opening, answers, prepares, orphaned, restores] = watched.slice(1);
    expect([opening, ...watched.slice(6), watched[0]]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect([answers, prepares, orphaned, restores].map((each) => each?.source)).toEqual([
      current,
      successor,
      successor,
      current,
    ]);
    expect(watched[3]).toEqual({ source: successor, moved: undefined, length: 110, detours: 0 });
  });
});

it('an answer may come to a pause unless a source gives tokens that is not about to be left', () => {
  const steady = Object.values(phases).filter((phase) => !isInterrupted(phase));
  expect(steady.map(({ name }) => name)).toEqual(['answering', 'finishing', 'ended']);
  const moved = { at: 0, byToken: false };
  expect(isInterrupted({ name: 'answering', current: { ...answering, moved } })).toBe(true);
});

it('an answer begins with the search for a route, and resumes what its stages have of the prompt', () => {
  const begun = beginAnswer(terms);
  expect(begun.effects).toEqual([{ type: 'search', avoided: new Set() }]);
  const opening = nextAnswer(begun.state, events.routed(0));
  expect(opening.effects).toEqual([
    { type: 'open', source: 1, route, patience: 1, mayResume: true },
  ]);
  const opened = { ...events.opened(1), cachedTokens: 64 };
  const running = nextAnswer(opening.state, opened);
  expect(running.effects).toEqual([{ type: 'run', source: 1, from: 64, isExact: true }]);
  expect(running.state.progress).toMatchObject({ cachedTokens: 64, takeovers: 0, route });
});

describe('the last token of an answer', () => {
  it.each([
    ['the one that ends it', 10, token({ endOfGeneration: true }), 'end'],
    ['the last that may be generated', 49, token(), 'length'],
  ] as const)('is %s', (_title, tokens, last, reason) => {
    const state = at(phases.preparing, { tokens });
    const next = nextAnswer(state, { type: 'token', source: current, token: last });
    expect(outcome(state, next)).toBe('finishing · yield · abandon 2 · finish 1');
    expect(next.state.phase).toMatchObject({ reason });
    const ended = nextAnswer(next.state, events.finished(current));
    expect(lists(ended, 'end')).toMatchObject({ reason, accounts: [undefined] });
  });

  it('may be one that the next source sampled while it got ready', () => {
    const ready = { ...phases.preparing, successor: { ...warming, computed: 110 } };
    const end = { ...events.warmedUp(successor), next: token({ endOfGeneration: true }) };
    const state = at(ready);
    expect(outcome(state, nextAnswer(state, end))).toBe('finishing · abandon 1 · yield · finish 2');
  });
});

describe('an answer that another source is to go on with', () => {
  it('asks for none where there is no way round, and none that could not be told enough', () => {
    const nowhere = { ...events.draining(current), detour: undefined };
    expect(nextAnswer(at(phases.answering), nowhere).state.phase.name).toBe('answering');
    const long = { tokens: mostHistory + 1, terms: { ...terms, needsHistory: true } };
    const next = nextAnswer(at(phases.answering, long), events.draining(current));
    expect(next.state.phase.name).toBe('answering');
    expect([...next.state.progress.avoided]).toEqual(['b']);
  });

  it('takes another one where the one that gets ready is of a peer that leaves too', () => {
    const state = at(phases.preparing);
    const next = nextAnswer(state, { ...events.draining(current), peer: 'c' });
    expect(outcome(state, next)).toBe('preparing · abandon 2 · open 3');
  });

  it('begins again over it where the one that answers has hardly begun', () => {
    const begun = { ...answering, moved: { at: 500, byToken: false } };
    const state = at({ name: 'answering', current: begun });
    const early = { ...events.draining(current), at: 649 };
    expect(outcome(state, nextAnswer(state, early))).toBe('opening · abandon 1 · open 3');
    const late = { ...events.draining(current), at: 650 };
    expect(outcome(state, nextAnswer(state, late))).toBe('preparing · open 3');
  });

  it('lets it wait for the first token of the one that answers, or for its end', () => {
    const begun = { ...answering, moved: { at: 0, byToken: false } };
    const opening = { ...warming, pace: undefined, rounds: 0, computed: 0 };
    const state = at({ name: 'preparing', current: begun, successor: opening });
    const open = nextAnswer(state, events.opened(successor));
    expect(outcome(state, open)).toBe('preparing');
    expect(watchedSource(open.state)?.source).toBe(current);
    expect(watchedSource(state)?.source).toBe(successor);
    const outcomes = (['token', 'failed', 'stuck', 'stalled'] as const).map((type) =>
      outcome(open.state, nextAnswer(open.state, events[type](current))),
    );
    expect(outcomes).toEqual([
      'preparing · yield · warmUp 2',
      'orphaned · abandon 1 · warmUp 2',
      'preparing · reportSilence · warmUp 2',
      'preparing · warmUp 2',
    ]);
  });

  it('has it compute what came in the meantime, until that is little or was tried often enough', () => {
    const behind = { ...warming, computed: 100 };
    const state = at({ ...phases.preparing, successor: behind });
    const next = nextAnswer(state, events.warmedUp(successor));
    expect(next.effects).toEqual([{ type: 'warmUp', source: successor, from: 100, isExact: true }]);
    expect(next.state.phase).toMatchObject({ successor: { computed: 110, rounds: 2 } });
    const often = at({ ...phases.preparing, successor: { ...behind, rounds: 6 } });
    expect(nextAnswer(often, events.warmedUp(successor)).state.phase.name).toBe('answering');
  });

  it('lets it compute the rest at once where no source answers meanwhile', () => {
    const state = at({ ...phases.orphaned, successor: { ...warming, computed: 100 } });
    const next = nextAnswer(state, events.warmedUp(successor));
    expect(lists(next, 'run')).toMatchObject({ source: successor, from: 100 });
    expect(next.state.progress).toMatchObject({ takeovers: 1, route: detour });
  });

  it('gives what it has sampled where it has computed all', () => {
    const state = at({ ...phases.preparing, successor: { ...warming, computed: 110 } });
    const next = nextAnswer(state, events.warmedUp(successor));
    expect(outcome(state, next)).toBe('answering · abandon 1 · yield · run 2');
    expect(lists(next, 'run')).toMatchObject({ from: 110, isExact: true });
    expect(next.state.progress.tokens).toBe(11);
  });

  it('tells it what was generated since it was opened, where that matters, and has the last token computed again', () => {
    const needsHistory = { terms: { ...terms, needsHistory: true } };
    const ready = { ...phases.preparing, successor: { ...warming, computed: 110 } };
    const next = nextAnswer(at(ready, needsHistory), events.warmedUp(successor));
    expect(outcome(at(ready, needsHistory), next)).toBe('restoring · abandon 1 · restoreHistory 2');
    const restored = nextAnswer(next.state, events.restored(successor));
    expect(lists(restored, 'run')).toMatchObject({ from: 109 });
    const known = { ...ready, successor: { ...ready.successor, knownTokens: 10 } };
    const taken = nextAnswer(at(known, needsHistory), events.warmedUp(successor));
    expect(taken.state.phase.name).toBe('answering');
  });

  it('gets a third source ready where a stage of the second one leaves before it goes on', () => {
    const leaving = nextAnswer(at(phases.restoring), events.draining(current));
    const next = nextAnswer(leaving.state, events.restored(current));
    expect(outcome(leaving.state, next)).toBe('preparing · run 1 · open 3');
  });

  it('computes what was generated in one go where there is no time for one by one', () => {
    const slow = { tokenMs: 900, computeMs: 900 };
    const next = nextAnswer(at(phases.opening), { ...events.opened(current), pace: slow });
    expect(lists(next, 'run')).toMatchObject({ isExact: false });
    expect(next.state.phase).toMatchObject({ current: { isPlain: false } });
  });

  it('computes a long prompt as it was computed before, however long that takes', () => {
    const long = { terms: { ...terms, promptTokens: 10_000 } };
    const next = nextAnswer(at(phases.preparing, long), events.opened(successor));
    expect(lists(next, 'warmUp')).toMatchObject({ isExact: true });
  });

  it('waits for a stage that opens slowly where there is no way round it', () => {
    const silent = { ...events.unanswered(current), detour: undefined };
    const state = at(phases.opening);
    expect(outcome(state, nextAnswer(state, silent))).toBe('opening · reportSilence');
  });

  it('is more patient after each stage that it went round for its slowness', () => {
    const stuck = nextAnswer(at(phases.answering), events.stuck(current));
    expect(lists(stuck, 'open')).toMatchObject({ patience: 2 });
    expect([...stuck.state.progress.avoided]).toEqual(['b']);
  });
});

/** What an answer does whose source fails with this. */
function failing(code: ErrorCode, more: Partial<AnswerProgress> = {}, way = detour, peer = 'b') {
  const state = at(phases.answering, more);
  const event = { ...events.failed(current), failure: failure(code, peer), detour: way };
  return outcome(state, nextAnswer(state, event));
}

describe('an answer whose source fails', () => {
  it.each<[string, ErrorCode, Partial<AnswerProgress>, string]>([
    ['tries others', 'engine-died', {}, again],
    ['ends where it would fail everywhere', 'internal', {}, 'ended · abandon 1 · blame · fail'],
    [
      'ends where no other could be told enough',
      'peer-failed',
      { tokens: mostHistory + 1, terms: { ...terms, needsHistory: true } },
      'ended · abandon 1 · blame · fail',
    ],
    [
      'looks for room before it has got on',
      'over-capacity',
      { tokens: 10, tokensAtSearch: 10 },
      again,
    ],
    ['looks for room elsewhere', 'over-capacity', {}, again],
  ])('%s', (_title, code, more, expected) => {
    expect(failing(code, more)).toBe(expected);
  });

  it('ends with what there is of it where no room is left anywhere', () => {
    const state = at(phases.answering);
    const full = { ...events.failed(current), failure: failure('over-capacity') };
    const next = nextAnswer(state, { ...full, detour: undefined });
    expect(next.effects).toEqual([
      { type: 'abandon', source: current },
      { type: 'end', reason: 'length', accounts: [undefined, undefined] },
    ]);
    const error = new AppError('over-capacity', 'All are busy.');
    const searching = nextAnswer(at(phases.searching), { type: 'unroutable', error });
    expect(lists(searching, 'end')).toMatchObject({ reason: 'length' });
    const begun = nextAnswer(at(phases.searching, { tokens: 0 }), { type: 'unroutable', error });
    expect(lists(begun, 'fail')).toMatchObject({ error });
  });

  it('believes its own node that the request is at fault', () => {
    expect(failing('request-invalid', { tokens: 0 }, detour, 'me')).toBe(
      'ended · abandon 1 · blame · fail',
    );
  });

  it('remembers who refused it until a peer answers', () => {
    const refused = { ...events.failed(current), failure: failure('request-invalid', 'b') };
    const searching = nextAnswer(at(phases.opening, { tokens: 0 }), refused);
    expect(searching.state.progress.refusing).toEqual(['b']);
    const state = { ...searching.state, phase: phases.answering };
    const ending = events.token(current);
    const end = nextAnswer(state, { ...ending, token: token({ endOfGeneration: true }) });
    expect(lists(end, 'reportWrongRefusals')).toBeUndefined();
    const answered = nextAnswer(state, ending);
    expect(lists(answered, 'reportWrongRefusals')).toMatchObject({ peers: ['b'] });
    expect(answered.state.progress.refusing).toEqual([]);
  });

  it('knows a refusal to be wrong where the same source has answered, unless its context became too small', () => {
    expect(failing('request-invalid')).toBe(
      'searching · abandon 1 · blame · exclude · reportWrongRefusals · search',
    );
    expect(failing('context-too-long')).toBe(again);
  });
});

describe('an answer that is finished before a source can tell what it did', () => {
  it('waits for one where nothing was generated', () => {
    const waiting = nextAnswer(at(phases.searching, { tokens: 0 }), events.finish(0));
    expect(waiting.state).toMatchObject({ phase: { name: 'searching' } });
    const state = { ...waiting.state, phase: phases.opening };
    const next = nextAnswer(state, events.opened(current));
    expect(next.effects).toEqual([{ type: 'finish', source: current, keepsPrompt: false }]);
  });
});
