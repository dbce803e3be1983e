/** What an answer does when its source fails. */
import { describe, expect, it } from 'vitest';
import { AppError, type ErrorCode } from '../../../../src-shared/errors.ts';
import { mostHistory } from '../protocol/stage-limits.ts';
import { type AnswerProgress } from './answer-state.ts';
import { nextAnswer } from './next-answer.ts';
import {
  again,
  at,
  current,
  detour,
  effectOf,
  events,
  failure,
  outcome,
  phases,
  terms,
  token,
} from '../../../../test/support/sessions/answer-states.ts';

/** The outcome for an answer whose source fails with this code. */
function failing(code: ErrorCode, more: Partial<AnswerProgress> = {}, way = detour, peer = 'b') {
  const state = at(phases.answering, more);
  const event = { ...events.failed(current), failure: failure(code, peer), detour: way };
  return outcome(state, nextAnswer(state, event));
}

describe('an answer whose source fails', () => {
  it.each<[string, ErrorCode, Partial<AnswerProgress>, string]>([
    ['tries others', 'engine-died', {}, again],
    ['ends where every source would fail so', 'internal', {}, 'ended · abandon 1 · blame · fail'],
    [
      'ends where the history is too long for another sampler',
      'peer-failed',
      { tokens: mostHistory + 1, terms: { ...terms, needsHistory: true } },
      'ended · abandon 1 · blame · fail',
    ],
    [
      'looks for room before its first token',
      'over-capacity',
      { tokens: 10, tokensAtSearch: 10 },
      again,
    ],
    ['looks for room elsewhere', 'over-capacity', {}, again],
  ])('%s', (_title, code, more, expected) => {
    expect(failing(code, more)).toBe(expected);
  });

  it('ends with the tokens that it has where no stage has room left', () => {
    const state = at(phases.answering);
    const full = { ...events.failed(current), failure: failure('over-capacity') };
    const next = nextAnswer(state, { ...full, detour: undefined });
    expect(next.effects).toEqual([
      { type: 'abandon', source: current },
      { type: 'end', reason: 'length', accounts: [undefined, undefined] },
    ]);
    const error = new AppError('over-capacity', 'All are busy.');
    const searching = nextAnswer(at(phases.searching), { type: 'unroutable', error });
    expect(effectOf(searching, 'end')).toMatchObject({ reason: 'length' });
    const begun = nextAnswer(at(phases.searching, { tokens: 0 }), { type: 'unroutable', error });
    expect(effectOf(begun, 'fail')).toMatchObject({ error });
  });

  it('ends when its own node says that the request is at fault', () => {
    expect(failing('request-invalid', { tokens: 0 }, detour, 'me')).toBe(
      'ended · abandon 1 · blame · fail',
    );
  });

  it('remembers which peers refused it until a token comes', () => {
    const refused = { ...events.failed(current), failure: failure('request-invalid', 'b') };
    const searching = nextAnswer(at(phases.opening, { tokens: 0 }), refused);
    expect(searching.state.progress.refusing).toEqual(['b']);
    const state = { ...searching.state, phase: phases.answering };
    const ending = events.token(current);
    const end = nextAnswer(state, { ...ending, token: token({ endOfGeneration: true }) });
    expect(effectOf(end, 'reportWrongRefusals')).toBeUndefined();
    const answered = nextAnswer(state, ending);
    expect(effectOf(answered, 'reportWrongRefusals')).toMatchObject({ peers: ['b'] });
    expect(answered.state.progress.refusing).toEqual([]);
  });

  it('takes a refusal for wrong when the same source has generated tokens, unless its context became too small', () => {
    expect(failing('request-invalid')).toBe(
      'searching · abandon 1 · blame · exclude · reportWrongRefusals · search',
    );
    expect(failing('context-too-long')).toBe(again);
  });
});
