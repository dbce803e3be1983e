import { describe, expect, it } from 'vitest';
import { type BackOff, backOffMs } from './back-off.ts';

const minute: BackOff = { firstMs: 1000, longestMs: 60_000, spread: 0.5 };

describe('backOffMs', () => {
  it('doubles from the first wait to the longest', () => {
    const delays = [1, 2, 3, 6, 7, 50].map((failures) => backOffMs(minute, failures, 0));
    expect(delays).toEqual([1000, 2000, 4000, 32_000, 60_000, 60_000]);
  });

  it('takes no more than its spread off at random', () => {
    expect(backOffMs(minute, 1, 0.5)).toBe(750);
    expect(backOffMs(minute, 7, 0.999)).toBeCloseTo(30_030);
  });

  it('grows by its factor, and is the same every time without a spread', () => {
    const policy = { firstMs: 10, longestMs: 1000, factor: 3 };
    expect([1, 2, 3, 4, 5, 6].map((failures) => backOffMs(policy, failures, 0.7))).toEqual([
      10, 30, 90, 270, 810, 1000,
    ]);
  });

  it('stays at the longest wait however often it failed', () => {
    expect(backOffMs(minute, 1_000_000)).toBe(60_000);
    expect(backOffMs({ ...minute, firstMs: 0 }, 1_000_000)).toBe(0);
  });
});
