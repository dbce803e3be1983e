import { describe, expect, it } from 'vitest';
import { AnswerPace, isClose, isExact } from './answer-pace.ts';

/** A pace of tokens that came every 20 ms, of which the stages computed so many. */
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

  it('is not known before the second token: then everything is exact', () => {
    const pace = paceOf(500, 1);
    expect(pace.computeMs).toBe(0);
    expect(isExact(pace, 10_000, 3)).toBe(true);
  });

  it('leaves time to compute a second of tokens one by one, for which stages work side by side', () => {
    const pace = paceOf(10);
    expect(isExact(pace, 100, 1)).toBe(true);
    expect(isExact(pace, 101, 1)).toBe(false);
    expect(isExact(pace, 300, 3)).toBe(true);
    expect(isExact(pace, 301, 3)).toBe(false);
  });

  it('takes a few tokens, or what is computed in a moment, for close', () => {
    const slow = paceOf(1000);
    expect([isClose(slow, 4), isClose(slow, 5)]).toEqual([true, false]);
    const fast = paceOf(3);
    expect([isClose(fast, 25), isClose(fast, 26)]).toEqual([true, false]);
  });
});
