import { describe, expect, it } from 'vitest';
import type { Facts, PauseReason } from '../../src-shared/duty.ts';
import { weeklyScheduleSchema } from '../../src-shared/settings/schedule.ts';
import { cardWith, DutyRun, known, unknown } from '../../test/support/host/duty-inputs.ts';
import { minuteMs } from '../../src-shared/local-time.ts';
import { nextCheckAt } from './next-duty.ts';
import { askPause } from './pause-request.ts';

const game = { name: 'Cyberpunk2077.exe', foundBy: 'launcher folder' } as const;
const games: Partial<Facts> = { games: known([game]) };
const noGames: Partial<Facts> = { games: known([]) };
const until13 = weeklyScheduleSchema.parse({ monday: [{ from: 600, to: 780 }] });

function reasonsOf({ duty }: DutyRun): PauseReason[] {
  return duty.state === 'paused' || duty.state === 'draining' ? duty.reasons : [];
}

/** A machine that worked and was paused by these facts. */
function paused(by: Partial<Facts>): DutyRun {
  const run = DutyRun.serving();
  run.look(by);
  run.setWork({ engines: 'stopped', answersInFlight: 0 });
  run.look();
  return run;
}

describe('the return to work', () => {
  it('needs a minute of steady quiet, and says when that is over', () => {
    const run = paused(games);
    run.look(noGames);
    const clearsAt = run.now.wallMs + 60_000;
    expect(reasonsOf(run)).toEqual([
      {
        name: 'game running',
        reason: { code: 'gone', name: 'game running' },
        isSeen: true,
        clearsAt,
      },
    ]);
    expect(run.watch(59_999)).toMatchObject({ state: 'paused', reasons: [{ clearsAt }] });
    expect(run.watch(1)).toEqual({ state: 'starting' });
  });

  it('begins to count anew at every hint', () => {
    const run = paused(games);
    run.look(noGames);
    run.watch(50_000);
    run.look(games);
    run.look(noGames);
    expect(run.watch(59_000)).toMatchObject({ state: 'paused' });
    expect(run.watch(1000)).toEqual({ state: 'starting' });
  });

  it('takes as long as the owner prefers', () => {
    const run = paused(games);
    run.preferences = { ...run.preferences, steadyQuietSeconds: 5 };
    run.look(noGames);
    expect(run.watch(5000)).toEqual({ state: 'starting' });
  });

  it('counts each reason by itself', () => {
    const run = paused({ ...games, onBattery: known(true) });
    run.look(noGames);
    run.watch(30_000);
    run.look({ onBattery: known(false) });
    run.watch(40_000);
    expect(reasonsOf(run).map(({ name }) => name)).toEqual(['on battery']);
    expect(run.watch(20_000)).toEqual({ state: 'starting' });
  });

  it('is not brought nearer by a reading that gets lost', () => {
    const run = paused(games);
    run.look(noGames);
    run.watch(50_000);
    run.look({ games: unknown });
    run.look(noGames);
    expect(run.watch(59_000)).toMatchObject({ state: 'paused' });
  });

  it('comes with the owner’s five minutes after the last input, not later', () => {
    const run = paused({ inputIdleMs: known(0) });
    expect(run.watch(299_000)).toMatchObject({ state: 'paused', reasons: [{ name: 'in use' }] });
    expect(run.watch(1000)).toEqual({ state: 'starting' });
  });

  it('is not fooled by an input reading that claims hours, seconds after input', () => {
    const run = paused({ inputIdleMs: known(0) });
    run.pass(1000);
    expect(run.look({ inputIdleMs: known(7_200_000) })).toMatchObject({ state: 'paused' });
    expect(run.watch(298_000)).toMatchObject({ state: 'paused' });
    expect(run.watch(1000)).toEqual({ state: 'starting' });
  });

  it('is not at once after a reading that dips just below five minutes', () => {
    const run = paused({ inputIdleMs: known(299_900) });
    const clearsAt = run.now.wallMs + 60_000;
    run.look({ inputIdleMs: known(7_200_000) });
    run.watch(1000);
    expect(reasonsOf(run)).toMatchObject([{ name: 'in use', clearsAt }]);
    expect(run.watch(58_999)).toMatchObject({ state: 'paused' });
    expect(run.watch(1)).toEqual({ state: 'starting' });
  });

  it('comes sooner behind a locked screen', () => {
    const run = paused({ inputIdleMs: known(0) });
    run.look({ isLocked: known(true) });
    expect(run.watch(119_000)).toMatchObject({ state: 'paused' });
    expect(run.watch(1000)).toEqual({ state: 'starting' });
  });

  it('waits for a hot card to cool down below where work slows down', () => {
    const run = paused(cardWith({ temperatureCelsius: known(84) }));
    run.look(cardWith({ temperatureCelsius: known(80) }));
    expect(run.watch(5 * minuteMs)).toMatchObject({
      state: 'paused',
      reasons: [{ clearsAt: null }],
    });
    run.look(cardWith({ temperatureCelsius: known(78) }));
    expect(run.watch(59_000)).toMatchObject({
      reasons: [{ reason: { code: 'gone', name: 'too hot' } }],
    });
    expect(run.watch(1000)).toEqual({ state: 'starting' });
  });

  it('begins to count anew when a card warms up again before the minute is over', () => {
    const run = paused(cardWith({ temperatureCelsius: known(84) }));
    run.look(cardWith({ temperatureCelsius: known(78) }));
    run.watch(50_000);
    run.look(cardWith({ temperatureCelsius: known(79) }));
    run.look(cardWith({ temperatureCelsius: known(78) }));
    expect(run.watch(59_000)).toMatchObject({ state: 'paused' });
    expect(run.watch(1000)).toEqual({ state: 'starting' });
  });

  it('is not prevented by a processor that never tells its temperature', () => {
    const run = paused({
      ...cardWith({ temperatureCelsius: known(84) }),
      cpuTemperatureCelsius: unknown,
    });
    run.look(cardWith({ temperatureCelsius: known(50) }));
    expect(run.watch(60_000)).toEqual({ state: 'starting' });
  });

  it('needs no card that has been taken out', () => {
    const run = paused(cardWith({ othersUtilisation: known(1) }));
    run.setWork({ videoMemoryNeededBytes: 0 });
    run.look({ gpus: known([]) });
    expect(run.watch(60_000)).toEqual({ state: 'starting' });
  });

  it('is at once when the owner no longer minds', () => {
    const run = paused(games);
    run.preferences = { ...run.preferences, pauseWhileGaming: false };
    expect(run.look()).toEqual({ state: 'starting' });
  });

  it('is at once when the owner resumes, or the pause is over', () => {
    const run = paused({});
    run.requests = { mayWork: true, pause: askPause('1 hour', run.now) };
    run.look();
    expect(run.watch(60 * minuteMs - 1000, 10_000)).toMatchObject({ state: 'paused' });
    expect(run.watch(1000)).toEqual({ state: 'starting' });
  });

  it('is asked for in time by itself', () => {
    const run = paused(games);
    expect(nextCheckAt(run.record)).toBe(run.now.monotonicMs + 10_000);
    run.look(noGames);
    run.watch(55_000);
    expect(nextCheckAt(run.record)).toBe(run.now.monotonicMs + 5000);
  });
});

describe('clocks and sleep', () => {
  it('do not count unwatched time as quiet', () => {
    const run = DutyRun.serving();
    run.look(games);
    run.setWork({ engines: 'stopped', answersInFlight: 0 });
    run.look(noGames);
    run.watch(10_000);
    run.pass(8 * 60 * minuteMs);
    expect(run.look()).toMatchObject({ state: 'paused' });
    expect(run.watch(59_000)).toMatchObject({ state: 'paused' });
    expect(run.watch(1000)).toEqual({ state: 'starting' });
  });

  it('know sleep by the clock on the wall where the other one stands still', () => {
    const run = DutyRun.serving();
    run.look(games);
    run.setWork({ engines: 'stopped', answersInFlight: 0 });
    run.look(noGames);
    run.watch(55_000);
    run.now = { ...run.now, wallMs: run.now.wallMs + 8 * 60 * minuteMs };
    run.look();
    expect(run.watch(59_000)).toMatchObject({ state: 'paused' });
    expect(run.watch(1000)).toEqual({ state: 'starting' });
  });

  it('keep a woken computer to itself until it has been quiet', () => {
    const run = DutyRun.serving();
    run.setWork({ isSuspending: true });
    run.look();
    run.setWork({ engines: 'stopped', answersInFlight: 0 });
    expect(run.look()).toMatchObject({ state: 'paused' });
    run.pass(8 * 60 * minuteMs);
    run.setWork({ isSuspending: false });
    run.look();
    expect(reasonsOf(run)).toMatchObject([{ name: 'no network', reason: { code: 'woken-up' } }]);
    expect(run.watch(60_000)).toEqual({ state: 'starting' });
  });

  it('leave a serving machine alone when the clock is set back a day, and go by it for the schedule', () => {
    const run = DutyRun.serving();
    run.preferences = { ...run.preferences, schedule: until13 };
    run.now = { ...run.now, wallMs: run.now.wallMs - 14 * 60 * minuteMs };
    expect(run.look()).toMatchObject({ reasons: [{ name: 'outside schedule' }] });
    run.preferences = { ...run.preferences, schedule: null };
    expect(run.look()).toMatchObject({ state: 'serving' });
  });

  it('do not prolong a time of quiet when the clock is set back a day', () => {
    const run = DutyRun.serving();
    run.look(games);
    run.setWork({ engines: 'stopped', answersInFlight: 0 });
    run.look(noGames);
    run.watch(30_000);
    run.now = { ...run.now, wallMs: run.now.wallMs - 24 * 60 * minuteMs };
    expect(run.watch(30_000)).toEqual({ state: 'starting' });
  });
});
