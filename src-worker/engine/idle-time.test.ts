import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestIdleMs, threadsFor, IdleTime } from './idle-time.ts';

function shareOf(share: number): IdleTime {
  const idle = new IdleTime();
  idle.set(share);
  return idle;
}

/** Runs batches of given lengths as fast as the share allows; returns their time, and the time including idle times. */
function run(idle: IdleTime, batchesMs: readonly number[], lateMs = 0) {
  let now = 1000;
  let computedMs = 0;
  const idlesMs: number[] = [];
  for (const ms of batchesMs) {
    idle.computed(now, now + ms);
    now += ms;
    computedMs += ms;
    const idleMs = idle.idleMs(now);
    idlesMs.push(idleMs);
    now += idleMs === 0 ? 0 : idleMs + lateMs;
  }
  return { computedMs, totalMs: now - 1000, idlesMs };
}

describe('IdleTime', () => {
  it('has no idle time at a share of 1', () => {
    const idle = new IdleTime();
    idle.computed(0, 5000);
    expect(idle.idleMs(5000)).toBe(0);
    expect(idle.isWhole).toBe(true);
  });

  it.each([
    [0.5, 40, 40],
    [0.25, 40, 120],
    [0.8, 100, 25],
    [0.05, 10, 190],
  ])(
    'at a share of %d has, after a batch of %d ms, %d ms of idle time',
    (share, batchMs, idleMs) => {
      const idle = shareOf(share);
      idle.computed(0, batchMs);
      // The first idle time is shortened by the usual delay of timers.
      expect(idle.idleMs(batchMs)).toBeCloseTo(idleMs - 5, 6);
      idle.computed(idleMs + batchMs - 5, idleMs + 2 * batchMs - 5);
      expect(idle.idleMs(idleMs + 2 * batchMs - 5)).toBeCloseTo(idleMs, 6);
    },
  );

  it('counts time without input as idle', () => {
    const idle = shareOf(0.25);
    idle.computed(0, 40);
    expect(idle.idleMs(100)).toBeCloseTo(55, 6);
    expect(idle.idleMs(5000)).toBe(0);
    // A long idle time does not reduce later ones.
    idle.computed(5000, 5040);
    expect(idle.idleMs(5040)).toBeCloseTo(115, 6);
  });

  it('has two seconds of idle time at most at once, and the remainder after the next batches', () => {
    const idle = shareOf(0.5);
    const { idlesMs } = run(idle, [5000, 10, 10, 10]);
    expect(idlesMs.slice(0, 2)).toEqual([longestIdleMs, longestIdleMs]);
    expect(idlesMs[2]).toBeCloseTo(5000 + 30 - 5 - 2 * longestIdleMs - 10, 6);
    expect(idlesMs[3]).toBeCloseTo(10, 6);
  });

  it('carries over ten seconds at most, so that one huge prompt does not slow answers down for minutes', () => {
    const { idlesMs } = run(shareOf(0.05), [60_000, ...Array.from({ length: 20 }, () => 1)]);
    const slow = idlesMs.filter((ms) => ms === longestIdleMs);
    expect(slow).toHaveLength(5);
  });

  it('keeps the share although timers are late', () => {
    const { computedMs, totalMs } = run(
      shareOf(0.5),
      Array.from({ length: 1000 }, () => 3),
      2,
    );
    expect(computedMs / totalMs).toBeCloseTo(0.5, 2);
  });

  it('drops idle time that is left when the share changes', () => {
    const idle = shareOf(0.05);
    idle.computed(0, 1000);
    idle.set(0.5);
    expect(idle.idleMs(1000)).toBe(0);
  });

  it('never takes more than its share over batches of usual length, and is never idle too long at once', () => {
    const shares = fc.double({ min: 0.05, max: 0.99, noNaN: true });
    const batches = fc.array(fc.double({ min: 0.1, max: 90, noNaN: true }), { minLength: 50 });
    fc.assert(
      fc.property(shares, batches, (share, batchesMs) => {
        const { computedMs, totalMs, idlesMs } = run(shareOf(share), batchesMs);
        expect(computedMs).toBeLessThanOrEqual(share * (totalMs + 6));
        expect(Math.max(...idlesMs)).toBeLessThanOrEqual(longestIdleMs);
      }),
    );
  });
});

describe('threadsFor', () => {
  it.each([
    [8, 1, 8],
    [8, 0.5, 4],
    [5, 0.5, 3],
    [8, 0.01, 1],
    [1, 0.5, 1],
    [4, 0, 1],
  ])('turns %d threads and a share of %d into %d', (threads, share, count) => {
    expect(threadsFor(threads, share)).toBe(count);
  });
});
