import { describe, expect, it } from 'vitest';
import { type Facts, pauseChoices, dutySchema } from '../../src-shared/duty.ts';
import { weeklyScheduleSchema } from '../../src-shared/settings/schedule.ts';
import { cardWith, DutyRun, known } from '../../test/support/host/duty-inputs.ts';
import { minuteMs } from '../../src-shared/local-time.ts';
import { nextCheckAt } from './next-duty.ts';
import { askPause } from './pause-request.ts';

const game = { name: 'Cyberpunk2077.exe', foundBy: 'launcher folder' } as const;
const games: Partial<Facts> = { games: known([game]) };
const noGames: Partial<Facts> = { games: known([]) };
const until13 = weeklyScheduleSchema.parse({ monday: [{ from: 600, to: 780 }] });

describe('the way of a duty', () => {
  it('is off until the owner agrees, and goes from starting to serving when the engines are ready', () => {
    const run = new DutyRun();
    run.requests = { mayWork: false, pause: null };
    expect(run.look()).toEqual({ state: 'off' });
    run.requests = { mayWork: true, pause: null };
    expect(run.look()).toEqual({ state: 'starting' });
    run.setWork({ engines: 'starting' });
    expect(run.look()).toEqual({ state: 'starting' });
    run.setWork({ engines: 'ready' });
    expect(run.look()).toEqual({
      state: 'serving',
      workShare: 1,
      cpuShare: 1,
      isSlowedByHeat: false,
    });
  });

  it('gives the owner the machine within 400 ms, and is paused once the engines are gone', () => {
    const run = DutyRun.serving();
    const trigger = run.now.monotonicMs;
    expect(run.look(games)).toEqual({
      state: 'draining',
      reasons: [
        {
          name: 'game running',
          reason: { code: 'program-running', names: ['Cyberpunk2077.exe'], others: 0 },
          isSeen: true,
          clearsAt: null,
        },
      ],
      deadline: { kind: 'by', atMs: trigger + 400 },
      isEnding: false,
    });
    expect(nextCheckAt(run.record)).toBe(trigger + 400);
    run.pass(399);
    expect(run.look()).toMatchObject({ isEnding: false, deadline: { atMs: trigger + 400 } });
    run.pass(1);
    expect(run.look()).toMatchObject({ state: 'draining', isEnding: true });
    run.setWork({ engines: 'stopped', answersInFlight: 0 });
    expect(run.look()).toEqual({
      state: 'paused',
      reasons: [
        {
          name: 'game running',
          reason: { code: 'program-running', names: ['Cyberpunk2077.exe'], others: 0 },
          isSeen: true,
          clearsAt: null,
        },
      ],
    });
  });

  it('ends the engines at once when no answer is in flight', () => {
    const run = DutyRun.serving(0);
    expect(run.look(games)).toMatchObject({ state: 'draining', isEnding: true });
  });

  it('pauses without a drain where nothing was loaded, and ends what is loading', () => {
    const run = new DutyRun();
    expect(run.look(games)).toMatchObject({ state: 'paused' });
    const loading = DutyRun.serving(0);
    loading.setWork({ engines: 'starting' });
    loading.look();
    expect(loading.look(games)).toMatchObject({ state: 'draining', isEnding: true });
  });

  it('goes off through a drain when the app quits', () => {
    const run = DutyRun.serving();
    run.requests = { mayWork: false, pause: null };
    expect(run.look()).toMatchObject({ state: 'draining', reasons: [], deadline: { kind: 'by' } });
    run.setWork({ engines: 'stopped' });
    expect(run.look()).toEqual({ state: 'off' });
  });

  it('does not turn back once it gives memory back, whatever changes by then', () => {
    const run = DutyRun.serving();
    run.preferences = { ...run.preferences, pauseWhileGaming: true };
    run.look(games);
    // The owner no longer lets games pause the machine, so no reason is left.
    run.preferences = { ...run.preferences, pauseWhileGaming: false };
    expect(run.look()).toMatchObject({ state: 'draining', reasons: [{ name: 'game running' }] });
    run.setWork({ engines: 'stopped' });
    expect(run.look()).toEqual({ state: 'starting' });
  });

  it('fits what is sent to the window', () => {
    const run = DutyRun.serving();
    for (const different of [{}, games, noGames]) {
      expect(dutySchema.parse(run.look(different))).toEqual(run.duty);
    }
  });
});

describe('the deadline of a drain', () => {
  const impatient: [string, Partial<Facts>][] = [
    ['too hot', cardWith({ temperatureCelsius: known(90) })],
    ['game running', games],
    ['full-screen app', { games: known([{ name: 'VLC', foundBy: 'full screen' }]) }],
    ['other GPU load', cardWith({ othersUtilisation: known(0.9) })],
    ['on battery', { onBattery: known(true) }],
    ['in use', { inputIdleMs: known(0) }],
    ['CPU busy', { othersCpuShare: known(0.9) }],
    ['no video memory', cardWith({ othersMemoryBytes: known(23e9) })],
    ['no network', { network: known('offline') }],
  ];
  it.each(impatient)('is 400 ms for "%s"', (name, different) => {
    const run = DutyRun.serving();
    const atMs = run.now.monotonicMs + 400;
    expect(run.look(different)).toMatchObject({
      reasons: [{ name }],
      deadline: { kind: 'by', atMs },
    });
  });

  it('is 400 ms when the computer goes to sleep', () => {
    const run = DutyRun.serving();
    run.setWork({ isSuspending: true });
    const atMs = run.now.monotonicMs + 400;
    expect(run.look()).toMatchObject({ deadline: { kind: 'by', atMs } });
  });

  it.each(pauseChoices)('lets answers finish when the owner pauses: "%s"', (choice) => {
    const run = DutyRun.serving();
    run.requests = { mayWork: true, pause: askPause(choice, run.now) };
    expect(run.look()).toMatchObject({
      state: 'draining',
      deadline: { kind: 'when answered' },
      isEnding: false,
    });
    run.watch(minuteMs);
    expect(run.duty).toMatchObject({ isEnding: false });
    run.setWork({ answersInFlight: 0 });
    expect(run.look()).toMatchObject({ isEnding: true });
    run.setWork({ engines: 'stopped' });
    expect(run.look()).toMatchObject({ state: 'paused', reasons: [{ name: 'user' }] });
  });

  it('lets answers finish when the schedule ends', () => {
    const run = DutyRun.serving();
    run.preferences = { ...run.preferences, schedule: until13 };
    expect(run.watch(60 * minuteMs - 1000, 10_000)).toMatchObject({ state: 'serving' });
    expect(run.watch(1000)).toMatchObject({
      reasons: [{ name: 'outside schedule' }],
      deadline: { kind: 'when answered' },
    });
  });

  it('bounds an endless answer to ten minutes, unless the owner asked to finish', () => {
    const run = DutyRun.serving();
    run.requests = { mayWork: true, pause: askPause('indefinitely', run.now) };
    run.look();
    expect(run.watch(10 * minuteMs - 1000)).toMatchObject({ isEnding: false });
    expect(run.watch(1000)).toMatchObject({ isEnding: true });

    const finishing = DutyRun.serving();
    finishing.requests = { mayWork: true, pause: askPause('finish then pause', run.now) };
    expect(finishing.look()).toMatchObject({ deadline: { kind: 'when answered', atMs: null } });
    expect(finishing.watch(60 * minuteMs, 10_000)).toMatchObject({ isEnding: false });
  });

  it('comes nearer when the owner needs the machine meanwhile, and never moves away again', () => {
    const run = DutyRun.serving();
    run.requests = { mayWork: true, pause: askPause('finish then pause', run.now) };
    run.look();
    run.pass(5000);
    const atMs = run.now.monotonicMs + 400;
    expect(run.look(games)).toMatchObject({ deadline: { kind: 'by', atMs } });
    run.pass(300);
    expect(run.look(noGames)).toMatchObject({ deadline: { kind: 'by', atMs } });
    expect(run.look({ inputIdleMs: known(0) })).toMatchObject({ deadline: { kind: 'by', atMs } });
  });

  it('is called off when the owner resumes while answers still finish', () => {
    const run = DutyRun.serving();
    run.requests = { mayWork: true, pause: askPause('finish then pause', run.now) };
    run.look();
    run.requests = { mayWork: true, pause: null };
    expect(run.look()).toMatchObject({ state: 'serving' });
  });
});
