/** Tries every state of an answer with every event, and how an answer begins and ends. */
import { describe, expect, it } from 'vitest';
import type { AnswerEvent } from './answer-events.ts';
import { type AnswerPhase, isInterrupted, watchedSource } from './answer-state.ts';
import { beginAnswer, nextAnswer } from './next-answer.ts';
import {
  again,
  answering,
  at,
  current,
  effectOf,
  events,
  left,
  outcome,
  phases,
  route,
  successor,
  terms,
  token,
  warming,
} from '../../../../test/support/sessions/answer-states.ts';

type Phase = AnswerPhase['name'];
type Row = Readonly<Record<AnswerEvent['type'], string>>;

const nothing: Row = {
  routed: '',
  unroutable: '',
  opened: '',
  silent: '',
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

/** Events of the source that opens, generates or finishes; in `orphaned`, of the source that was lost. */
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
    silent: 'searching · reportSilence · abandon 1 · blame · exclude · search',
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

/** Events of the successor. */
const ofSuccessor: Readonly<Record<'preparing' | 'orphaned', Row>> = {
  preparing: {
    ...ofCurrent.preparing,
    opened: 'preparing · warmUp 2',
    warmedUp: 'answering · abandon 1 · run 2',
    failed: 'preparing · abandon 2 · open 3',
    silent: 'preparing · reportSilence · abandon 2 · open 3',
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
    silent: 'searching · reportSilence · abandon 2 · blame · exclude · search',
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

  it('ignores events of a source that it has left', () => {
    for (const phase of Object.values(phases)) {
      for (const event of Object.values(events).map((make) => make(left))) {
        const state = at(phase);
        expect('source' in event ? outcome(state, nextAnswer(state, event)) : '').toBe('');
      }
    }
  });

  it('has a watched source where it waits for one', () => {
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

it('an answer is interrupted unless a source that stays gives tokens', () => {
  const steady = Object.values(phases).filter((phase) => !isInterrupted(phase));
  expect(steady.map(({ name }) => name)).toEqual(['answering', 'finishing', 'ended']);
  const moved = { at: 0, byToken: false };
  expect(isInterrupted({ name: 'answering', current: { ...answering, moved } })).toBe(true);
});

it('an answer begins with the search for a route, and resumes the prefix that its stages have cached', () => {
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
    expect(effectOf(ended, 'end')).toMatchObject({ reason, accounts: [undefined] });
  });

  it('may be one that the successor sampled at the end of its warm-up', () => {
    const ready = { ...phases.preparing, successor: { ...warming, computed: 110 } };
    const end = { ...events.warmedUp(successor), next: token({ endOfGeneration: true }) };
    const state = at(ready);
    expect(outcome(state, nextAnswer(state, end))).toBe('finishing · abandon 1 · yield · finish 2');
  });
});

describe('an answer that its caller finishes before a source can give an account', () => {
  it('waits for a source where nothing was generated', () => {
    const waiting = nextAnswer(at(phases.searching, { tokens: 0 }), events.finish(0));
    expect(waiting.state).toMatchObject({ phase: { name: 'searching' } });
    const state = { ...waiting.state, phase: phases.opening };
    const next = nextAnswer(state, events.opened(current));
    expect(next.effects).toEqual([{ type: 'finish', source: current, keepsPrompt: false }]);
  });
});
