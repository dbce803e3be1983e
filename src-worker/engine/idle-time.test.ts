import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestIdleMs, threadsFor, IdleTime } from './idle-time.ts';

function shareOf(share: number): IdleTime {
  const work = new IdleTime();
  work.set(share);
  return work;
}

/** Batches of given lengths as fast as the share lets them: their time, and that of batches and idle times together. */
function run(work: IdleTime, batchesMs: readonly number[], lateMs = 0) {
  let now = 1000;
  let computedMs = 0;
  const idlesMs: number[] = [];
  for (const ms of batchesMs) {
    work.computed(now, now + ms);
    now += ms;
    computedMs += ms;
    const idle = work.idleMs(now);
    idlesMs.push(idle);
    now += idle === 0 ? 0 : idle + lateMs;
  }
  return { computedMs, totalMs: now - 1000, idlesMs };
}

describe('WorkShare', () => {
  it('is never idle at the whole share', () => {
    const work = new IdleTime();
    work.computed(0, 5000);
    expect(work.idleMs(5000)).toBe(0);
    expect(work.isWhole).toBe(true);
  });

  it.each([
    [0.5, 40, 40],
    [0.25, 40, 120],
    [0.8, 100, 25],
    [0.05, 10, 190],
  ])('at a share of %d is idle, after a batch of %d ms, for %d ms', (share, batchMs, idleMs) => {
    const work = shareOf(share);
    work.computed(0, batchMs);
    // What a first timer may be late is given before.
    expect(work.idleMs(batchMs)).toBeCloseTo(idleMs - 5, 6);
    work.computed(idleMs + batchMs - 5, idleMs + 2 * batchMs - 5);
    expect(work.idleMs(idleMs + 2 * batchMs - 5)).toBeCloseTo(idleMs, 6);
  });

  it('counts time in which nothing was to do as idle', () => {
    const work = shareOf(0.25);
    work.computed(0, 40);
    expect(work.idleMs(100)).toBeCloseTo(55, 6);
    expect(work.idleMs(5000)).toBe(0);
    // A long idle time saves nothing up for later.
    work.computed(5000, 5040);
    expect(work.idleMs(5040)).toBeCloseTo(115, 6);
  });

  it('is idle for two seconds at most at once, and the remainder after the next batches', () => {
    const work = shareOf(0.5);
    const { idlesMs } = run(work, [5000, 10, 10, 10]);
    expect(idlesMs.slice(0, 2)).toEqual([longestIdleMs, longestIdleMs]);
    expect(idlesMs[2]).toBeCloseTo(5000 + 30 - 5 - 2 * longestIdleMs - 10, 6);
    expect(idlesMs[3]).toBeCloseTo(10, 6);
  });

  it('owes ten seconds at most, so that one huge prompt does not slow answers down for minutes', () => {
    const { idlesMs } = run(shareOf(0.05), [60_000, ...Array.from({ length: 20 }, () => 1)]);
    const slow = idlesMs.filter((ms) => ms === longestIdleMs);
    expect(slow).toHaveLength(5);
  });

  it('keeps the share though timers ring late', () => {
    const { computedMs, totalMs } = run(
      shareOf(0.5),
      Array.from({ length: 1000 }, () => 3),
      2,
    );
    expect(computedMs / totalMs).toBeCloseTo(0.5, 2);
  });

  it('forgets what was owed when the share changes', () => {
    const work = shareOf(0.05);
    work.computed(0, 1000);
    work.set(0.5);
    expect(work.idleMs(1000)).toBe(0);
  });

  it('never takes more than its share over batches that it can make up for, and is never idle too long at once', () => {
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
  ])('of %d threads a share of %d is %d', (threads, share, count) => {
    expect(threadsFor(threads, share)).toBe(count);
  });
});
