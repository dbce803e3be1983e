import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pulse } from '../../wire/engine-messages.ts';
import { EngineWatch, watchEngineEveryMs } from './engine-watch.ts';

const quiet: Pulse = { busyMs: 0, expectedMs: 0, cpuMs: 100, pageFaults: 5 };

type Beat = (atMs: number) => Pulse | undefined;

/** Simulates time with one pulse a second; returns when and why the engine counted as hung. */
function watched(
  beat: Beat,
  { forMs = 20_000, startAt = 0, onCard = false, watch = new EngineWatch(0) } = {},
): { atMs: number; why: string } | undefined {
  watch.loaded(onCard, startAt);
  for (let atMs = startAt + watchEngineEveryMs; atMs <= forMs; atMs += watchEngineEveryMs) {
    const pulse = atMs % 1000 === 0 ? beat(atMs) : undefined;
    if (pulse !== undefined) {
      watch.hear(pulse, atMs);
    }
    const why = watch.hang(atMs);
    if (why !== undefined) {
      return { atMs, why };
    }
  }
  return undefined;
}

/** The main thread is busy from the start and uses this share of the processors. */
function busy(share: number, more: Partial<Pulse> = {}): Beat {
  return (atMs) => ({ ...quiet, busyMs: atMs, cpuMs: atMs * share, ...more });
}

/** The engine reads its weights from the disk again. */
const reading: Beat = (atMs) => ({
  ...quiet,
  busyMs: atMs,
  expectedMs: 30,
  pageFaults: 5 + atMs / 10,
});

describe('an engine watch', () => {
  it('finds a stopped process within five seconds of its last pulse', () => {
    const hang = watched((atMs) => (atMs <= 10_000 ? quiet : undefined));
    expect(hang?.why).toContain('gave no sign of life');
    expect(hang?.atMs).toBeLessThanOrEqual(15_000);
    expect(hang?.atMs).toBeGreaterThan(13_000);
  });

  it('finds a call that never returns and computes nothing within five seconds', () => {
    const hang = watched(busy(0.0005));
    expect(hang?.why).toContain('computed nothing');
    expect(hang?.atMs).toBeLessThanOrEqual(6000);
  });

  it('accepts an idle engine, however long', () => {
    expect(watched(() => quiet, { forMs: 86_400_000 })).toBeUndefined();
  });

  it('accepts an engine that gets hardly any processor time on a busy machine', () => {
    expect(watched(busy(0.002), { forMs: 600_000 })).toBeUndefined();
  });

  it('accepts a first batch that takes minutes at a small share of a processor', () => {
    expect(watched(busy(0.15), { forMs: 600_000 })).toBeUndefined();
  });

  it('accepts a batch that takes up to twenty times as long as the slowest one', () => {
    const hang = watched(busy(1, { expectedMs: 2000 }), { forMs: 600_000 });
    expect(hang?.why).toContain('busy with one batch');
    expect(hang?.atMs).toBeGreaterThan(40_000);
    expect(hang?.atMs).toBeLessThan(43_000);
  });

  it('accepts an engine that reads its weights from a disk again', () => {
    expect(watched(reading, { forMs: 300_000 })).toBeUndefined();
  });

  it('accepts an engine that waits for its graphics card, as long as that may take', () => {
    expect(watched(busy(0, { expectedMs: 10_000 }), { forMs: 190_000, onCard: true })).toBe(
      undefined,
    );
    const hang = watched(busy(0, { expectedMs: 20 }), { forMs: 60_000, onCard: true });
    expect(hang).toBeDefined();
  });

  it('gives an engine time to start and does not judge it while it loads', () => {
    const watch = new EngineWatch(0);
    for (let atMs = 500; atMs <= 30_000; atMs += 500) {
      expect(watch.hang(atMs)).toBeUndefined();
    }
    for (let atMs = 30_000; atMs <= 90_000; atMs += 500) {
      watch.hear({ ...quiet, busyMs: atMs }, atMs);
      expect(watch.hang(atMs)).toBeUndefined();
    }
  });

  it('blames no engine for time in which this process was stopped or the computer slept', () => {
    const watch = new EngineWatch(0);
    watch.loaded(false, 0);
    watch.hear(quiet, 500);
    expect(watch.hang(500)).toBeUndefined();
    expect(watch.hang(3_600_000)).toBeUndefined();
    watch.hear(quiet, 3_600_900);
    expect(watch.hang(3_601_000)).toBeUndefined();
    const hang = watched((atMs) => (atMs > 3_605_000 ? undefined : quiet), {
      watch,
      startAt: 3_601_000,
      forMs: 3_700_000,
    });
    expect(hang?.why).toContain('gave no sign of life');
  });

  it('never counts an engine as hung whose pulse comes on time while its main thread is idle', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 2900 }), { maxLength: 50 });
    fc.assert(
      fc.property(gaps, fc.array(fc.integer({ min: 1, max: 60_000 })), (pulseGaps, sleeps) => {
        const watch = new EngineWatch(0);
        watch.loaded(false, 0);
        let now = 0;
        for (const [index, gap] of pulseGaps.entries()) {
          const end = now + gap;
          for (; now < end; now = Math.min(end, now + watchEngineEveryMs)) {
            expect(watch.hang(now)).toBeUndefined();
          }
          // The whole computer may sleep between any two pulses.
          now += sleeps[index] ?? 0;
          expect(watch.hang(now)).toBeUndefined();
          watch.hear({ ...quiet, cpuMs: now }, now);
        }
      }),
    );
  });
});
