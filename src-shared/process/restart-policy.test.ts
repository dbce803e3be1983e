import { describe, expect, it } from 'vitest';
import { defaultRestartPolicy, nextRestart } from './restart-policy.ts';

describe('nextRestart', () => {
  it('doubles the wait from a quarter of a second to one minute while crashes follow each other', () => {
    const delays: number[] = [];
    let crashes = 0;
    for (let crash = 0; crash < 10; crash += 1) {
      const restart = nextRestart(defaultRestartPolicy, crashes, 0);
      crashes = restart.crashes;
      delays.push(restart.delayMs);
    }
    expect(delays).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  });

  it('forgets earlier crashes once the child ran steadily, and not a moment sooner', () => {
    expect(nextRestart(defaultRestartPolicy, 5, 59_999)).toEqual({ crashes: 6, delayMs: 8000 });
    expect(nextRestart(defaultRestartPolicy, 5, 60_000)).toEqual({ crashes: 1, delayMs: 250 });
  });

  it('stays at the longest wait however often the child failed', () => {
    expect(nextRestart(defaultRestartPolicy, 1_000_000, 0).delayMs).toBe(60_000);
  });
});
