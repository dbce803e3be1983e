import { describe, expect, it } from 'vitest';
import { nextDelayMs } from './backoff.ts';

describe('nextDelayMs', () => {
  it('doubles from one second to one minute', () => {
    const delays = [1, 2, 3, 6, 7, 50].map((failures) => nextDelayMs(failures, 0));
    expect(delays).toEqual([1000, 2000, 4000, 32_000, 60_000, 60_000]);
  });

  it('takes up to half off at random', () => {
    expect(nextDelayMs(1, 0.5)).toBe(750);
    expect(nextDelayMs(7, 0.999)).toBeCloseTo(30_030);
  });
});
