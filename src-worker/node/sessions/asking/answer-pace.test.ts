import { describe, expect, it } from 'vitest';
import { AnswerPace, isClose, isExact } from './answer-pace.ts';

/** The pace of `tokens` tokens that came every 20 ms and took the stages `computeMs` each. */
function paceOf(computeMs: number, tokens = 10): AnswerPace {
  const pace = new AnswerPace();
  for (let index = 0; index < tokens; index += 1) {
    const at = 1000 + index * 20;
    pace.record({ token: index, endOfGeneration: false, detail: undefined, computeMs, at });
  }
  return pace;
}

describe('the pace of an answer', () => {
  it('is measured between tokens, from the first to the latest that is text', () => {
    const pace = paceOf(6);
    const end = { token: 0, endOfGeneration: true, detail: undefined, computeMs: 6, at: 1200 };
    pace.record(end);
    expect([pace.firstAt, pace.latestAt]).toEqual([1000, 1180]);
    expect([pace.tokenMs, pace.computeMs]).toEqual([20, 6]);
  });

  it('is unknown before the second token, and then every replay is exact', () => {
    const pace = paceOf(500, 1);
    expect(pace.computeMs).toBe(0);
    expect(isExact(pace, 10_000, 3)).toBe(true);
  });

  it('allows for a second of tokens one by one, which several stages compute at the same time', () => {
    const pace = paceOf(10);
    expect(isExact(pace, 100, 1)).toBe(true);
    expect(isExact(pace, 101, 1)).toBe(false);
    expect(isExact(pace, 300, 3)).toBe(true);
    expect(isExact(pace, 301, 3)).toBe(false);
  });

  it('calls a successor close that is a few tokens behind, or as many as are computed in a moment', () => {
    const slow = paceOf(1000);
    expect([isClose(slow, 4), isClose(slow, 5)]).toEqual([true, false]);
    const fast = paceOf(3);
    expect([isClose(fast, 25), isClose(fast, 26)]).toEqual([true, false]);
  });
});
