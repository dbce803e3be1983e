/** The steps of an answer for which a successor gets ready or takes over. */
import { describe, expect, it } from 'vitest';
import { mostHistory } from '../protocol/stage-limits.ts';
import { watchedSource } from './answer-state.ts';
import { nextAnswer } from './next-answer.ts';
import {
  answering,
  at,
  current,
  detour,
  effectOf,
  events,
  outcome,
  phases,
  successor,
  terms,
  warming,
} from '../../../../test/support/sessions/answer-states.ts';

describe('an answer that another source is to take over', () => {
  it('prepares no successor without a detour, nor with a history too long to be restored', () => {
    const nowhere = { ...events.draining(current), detour: undefined };
    expect(nextAnswer(at(phases.answering), nowhere).state.phase.name).toBe('answering');
    const long = { tokens: mostHistory + 1, terms: { ...terms, needsHistory: true } };
    const next = nextAnswer(at(phases.answering, long), events.draining(current));
    expect(next.state.phase.name).toBe('answering');
    expect([...next.state.progress.avoided]).toEqual(['b']);
  });

  it('replaces a successor that uses a peer which leaves too', () => {
    const state = at(phases.preparing);
    const next = nextAnswer(state, { ...events.draining(current), peer: 'c' });
    expect(outcome(state, next)).toBe('preparing · abandon 2 · open 3');
  });

  it('restarts over the successor if the current source has hardly begun when that is open', () => {
    const begun = { ...answering, moved: { at: 500, byToken: false } };
    const opening = { ...warming, pace: undefined, rounds: 0, computed: 0 };
    const state = at({ name: 'preparing', current: begun, successor: opening });
    const early = { ...events.opened(successor), at: 599 };
    expect(outcome(state, nextAnswer(state, early))).toBe('answering · abandon 1 · run 2');
    const late = { ...events.opened(successor), at: 600 };
    expect(outcome(state, nextAnswer(state, late))).toBe('preparing');
  });

  it('starts the warm-up at the first token of the current source, or at its end', () => {
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

  it('repeats the warm-up for tokens that came meanwhile, until they are few or the rounds are used up', () => {
    const behind = { ...warming, computed: 100 };
    const state = at({ ...phases.preparing, successor: behind });
    const next = nextAnswer(state, events.warmedUp(successor));
    expect(next.effects).toEqual([{ type: 'warmUp', source: successor, from: 100, isExact: true }]);
    expect(next.state.phase).toMatchObject({ successor: { computed: 110, rounds: 2 } });
    const often = at({ ...phases.preparing, successor: { ...behind, rounds: 6 } });
    expect(nextAnswer(often, events.warmedUp(successor)).state.phase.name).toBe('answering');
  });

  it('lets the successor compute the rest at once where the current source is lost', () => {
    const state = at({ ...phases.orphaned, successor: { ...warming, computed: 100 } });
    const next = nextAnswer(state, events.warmedUp(successor));
    expect(effectOf(next, 'run')).toMatchObject({ source: successor, from: 100 });
    expect(next.state.progress).toMatchObject({ takeovers: 1, route: detour });
  });

  it('yields the token that the successor sampled where it has computed all', () => {
    const state = at({ ...phases.preparing, successor: { ...warming, computed: 110 } });
    const next = nextAnswer(state, events.warmedUp(successor));
    expect(outcome(state, next)).toBe('answering · abandon 1 · yield · run 2');
    expect(effectOf(next, 'run')).toMatchObject({ from: 110, isExact: true });
    expect(next.state.progress.tokens).toBe(11);
  });

  it('restores the history since the successor opened, where penalties need it, and has the last token computed again', () => {
    const needsHistory = { terms: { ...terms, needsHistory: true } };
    const ready = { ...phases.preparing, successor: { ...warming, computed: 110 } };
    const next = nextAnswer(at(ready, needsHistory), events.warmedUp(successor));
    expect(outcome(at(ready, needsHistory), next)).toBe('restoring · abandon 1 · restoreHistory 2');
    const restored = nextAnswer(next.state, events.restored(successor));
    expect(effectOf(restored, 'run')).toMatchObject({ from: 109 });
    const known = { ...ready, successor: { ...ready.successor, knownTokens: 10 } };
    const taken = nextAnswer(at(known, needsHistory), events.warmedUp(successor));
    expect(taken.state.phase.name).toBe('answering');
  });

  it('prepares a third source where a stage of the second one leaves before that has taken over', () => {
    const leaving = nextAnswer(at(phases.restoring), events.draining(current));
    const next = nextAnswer(leaving.state, events.restored(current));
    expect(outcome(leaving.state, next)).toBe('preparing · run 1 · open 3');
  });

  it('computes generated tokens in one piece where there is no time for one by one', () => {
    const slow = { tokenMs: 900, computeMs: 900 };
    const next = nextAnswer(at(phases.opening), { ...events.opened(current), pace: slow });
    expect(effectOf(next, 'run')).toMatchObject({ isExact: false });
    expect(next.state.phase).toMatchObject({ current: { isPlain: false } });
  });

  it('computes a long prompt as it was computed before, however long that takes', () => {
    const long = { terms: { ...terms, promptTokens: 10_000 } };
    const next = nextAnswer(at(phases.preparing, long), events.opened(successor));
    expect(effectOf(next, 'warmUp')).toMatchObject({ isExact: true });
  });

  it('waits for a stage that opens slowly where there is no detour', () => {
    const silent = { ...events.silent(current), detour: undefined };
    const state = at(phases.opening);
    expect(outcome(state, nextAnswer(state, silent))).toBe('opening · reportSilence');
  });

  it('is more patient after each stage that it left for its slowness', () => {
    const stuck = nextAnswer(at(phases.answering), events.stuck(current));
    expect(effectOf(stuck, 'open')).toMatchObject({ patience: 2 });
    expect([...stuck.state.progress.avoided]).toEqual(['b']);
  });
});
