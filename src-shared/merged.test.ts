import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Merged } from './merged.ts';

/** Each message goes into the list, with its time in milliseconds. */
function merged(isPossible: () => boolean = () => true): { changes: Merged; told: number[] } {
  const told: number[] = [];
  const start = Date.now();
  const changes = new Merged({
    intervalMs: 1000,
    now: () => Date.now() - start,
    tell: () => {
      if (isPossible()) {
        told.push(Date.now() - start);
      }
      return isPossible();
    },
  });
  return { changes, told };
}

describe('merged changes', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are told at once when it was quiet, and once an interval when they come thick', () => {
    const { changes, told } = merged();
    for (let ms = 0; ms < 2500; ms += 100) {
      changes.notify();
      vi.advanceTimersByTime(100);
    }
    expect(told).toEqual([0, 1000, 2000]);
    vi.advanceTimersByTime(5000);
    expect(told).toEqual([0, 1000, 2000, 3000]);
    changes.notify();
    expect(told).toEqual([0, 1000, 2000, 3000, 7500]);
  });

  it('are not lost when telling is not possible for a while', () => {
    let isPossible = false;
    const { changes, told } = merged(() => isPossible);
    changes.notify();
    vi.advanceTimersByTime(2500);
    isPossible = true;
    vi.advanceTimersByTime(500);
    expect(told).toEqual([3000]);
  });

  it('are not told after the end', () => {
    const { changes, told } = merged();
    changes.notify();
    changes.notify();
    changes.stop();
    vi.advanceTimersByTime(10_000);
    expect(told).toEqual([0]);
  });
});
