import { describe, expect, it } from 'vitest';
import { noon } from '../../test/support/host/duty-inputs.ts';
import { minuteMs, type Moment } from '../../src-shared/local-time.ts';
import { causeWords } from '../../src-shared/words/words.ts';
import {
  askPause,
  causeOfPause,
  isPauseOver,
  restorePause,
  type StoredPause,
  storedPauseSchema,
} from './pause-request.ts';

const hourMs = 60 * minuteMs;

function later(wallMs: number, monotonicMs = wallMs): Moment {
  return { ...noon, wallMs: noon.wallMs + wallMs, monotonicMs: noon.monotonicMs + monotonicMs };
}

/** The pause that an earlier run left on disk. */
function stored(choice: Parameters<typeof askPause>[0]): StoredPause {
  return storedPauseSchema.parse(JSON.parse(JSON.stringify(askPause(choice, noon))));
}

describe('a pause', () => {
  it.each([
    ['1 hour', hourMs, 'you paused it until 13:00'],
    ['until tomorrow', 18 * hourMs, 'you paused it until Tuesday 06:00'],
    ['until restart', null, 'you paused it until MindMesh starts again'],
    ['indefinitely', null, 'you paused it until you resume it'],
    ['finish then pause', null, 'you asked it to finish and then pause'],
  ] as const)('for "%s" lasts as long as it says', (choice, durationMs, words) => {
    const request = askPause(choice, noon);
    expect(request.durationMs).toBe(durationMs);
    expect(causeWords(causeOfPause(request, noon), noon)).toBe(words);
    expect(isPauseOver(request, later((durationMs ?? 1000 * hourMs) - 1))).toBe(false);
    expect(isPauseOver(request, later(durationMs ?? 1000 * hourMs))).toBe(durationMs !== null);
  });

  it('is not prolonged by a clock that is set back, and says so', () => {
    const request = askPause('1 hour', noon);
    const setBack = later(-24 * hourMs + 20 * minuteMs, 20 * minuteMs);
    expect(isPauseOver(request, setBack)).toBe(false);
    expect(causeWords(causeOfPause(request, setBack), setBack)).toBe('you paused it until 13:00');
    expect(isPauseOver(request, later(-23 * hourMs, hourMs))).toBe(true);
  });

  it('ends in sleep, where monotonic time may stand still', () => {
    const request = askPause('1 hour', noon);
    expect(isPauseOver(request, later(2 * hourMs, 5 * minuteMs))).toBe(true);
  });
});

describe('a pause that an earlier run was asked for', () => {
  const restarted: Moment = { ...later(20 * minuteMs), monotonicMs: 7 };

  it('goes on for what is left of it', () => {
    const restored = restorePause(stored('1 hour'), restarted);
    expect(restored).toEqual({
      choice: '1 hour',
      askedAtWallMs: restarted.wallMs,
      askedAtMonotonicMs: 7,
      durationMs: 40 * minuteMs,
    });
  });

  it('lasts no longer than asked for when the clock was set back meanwhile', () => {
    const restored = restorePause(stored('1 hour'), { ...later(-24 * hourMs), monotonicMs: 7 });
    expect(restored?.durationMs).toBe(hourMs);
  });

  it('is gone when it is over, and when it was to last until then', () => {
    expect(restorePause(stored('1 hour'), later(hourMs))).toBeNull();
    expect(restorePause(stored('until restart'), restarted)).toBeNull();
  });

  it('lasts on without an end', () => {
    expect(restorePause(stored('indefinitely'), restarted)?.durationMs).toBeNull();
    expect(restorePause(stored('finish then pause'), restarted)?.durationMs).toBeNull();
  });
});
