import { describe, expect, it } from 'vitest';
import { backOffMs } from '../../../src-shared/back-off.ts';
import { hostRetries } from './host-client.ts';

describe('the wait before the window tries its host again', () => {
  it('doubles from a quarter of a second and stops growing at eight seconds', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 50].map((attempt) => backOffMs(hostRetries, attempt, 0));

    expect(delays).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
  });

  it('is never shorter than half of that, so that a restarting host is not flooded', () => {
    const delays = [1, 4, 6, 1000].map((attempt) => backOffMs(hostRetries, attempt, 0.999_999));

    expect(delays.map(Math.round)).toEqual([125, 1000, 4000, 4000]);
  });
});
