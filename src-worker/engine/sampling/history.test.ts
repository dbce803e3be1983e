import { describe, expect, it } from 'vitest';
import { GeneratedHistory } from './history.ts';

function sampled(history: GeneratedHistory, position: number, token: number): boolean {
  const forgotten = history.rollBackTo(position);
  history.push(position, token);
  return forgotten;
}

describe('GeneratedHistory', () => {
  it('counts the tokens of an answer', () => {
    const history = new GeneratedHistory([]);
    for (const [index, token] of [7, 8, 7, 9].entries()) {
      expect(sampled(history, 10 + index, token)).toBe(false);
    }
    expect(history.tokens).toEqual([7, 8, 7, 9]);
    expect([...history.counts]).toEqual([
      [7, 2],
      [8, 1],
      [9, 1],
    ]);
  });

  it('forgets tokens at and after a position that is sampled again', () => {
    const history = new GeneratedHistory([]);
    [7, 8, 7, 9].forEach((token, index) => sampled(history, 10 + index, token));
    expect(history.rollBackTo(12)).toBe(true);
    expect(history.tokens).toEqual([7, 8]);
    expect(Object.fromEntries(history.counts)).toEqual({ 7: 1, 8: 1 });
    expect(history.rollBackTo(12)).toBe(false);
  });

  it('places tokens from before this engine directly before the first sampled position', () => {
    const history = new GeneratedHistory([1, 2, 3]);
    sampled(history, 20, 4);
    expect(history.tokens).toEqual([1, 2, 3, 4]);
    expect(history.rollBackTo(18)).toBe(true);
    expect(history.tokens).toEqual([1]);
  });

  it('keeps earlier answers when new text came in between', () => {
    const history = new GeneratedHistory([]);
    sampled(history, 5, 1);
    expect(sampled(history, 50, 2)).toBe(false);
    expect(history.tokens).toEqual([1, 2]);
    expect(history.rollBackTo(30)).toBe(true);
    expect(history.tokens).toEqual([1]);
  });
});
