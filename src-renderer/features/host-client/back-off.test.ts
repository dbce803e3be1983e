import { describe, expect, it } from 'vitest';
import { retryDelayMs } from './back-off.ts';

describe('the pause before the window tries its host again', () => {
  it('doubles from a quarter of a second and stops growing at eight seconds', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 50].map((attempt) => retryDelayMs(attempt, 0.999_999));

    expect(delays).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
  });

  it('is never shorter than half of that, so that a restarting host is not flooded', () => {
    expect([1, 4, 6, 1000].map((attempt) => retryDelayMs(attempt, 0))).toEqual([
      125, 1000, 4000, 4000,
    ]);
  });
});
