import { describe, expect, it } from 'vitest';
import type { Facts } from '../../src-shared/duty.ts';
import { DutyRun, known, noon } from '../../test/support/host/duty-inputs.ts';
import { minuteMs } from '../../src-shared/local-time.ts';
import { nextCheckAt, withoutCoolDown } from './next-duty.ts';

const games: Partial<Facts> = {
  games: known([{ name: 'Hades', foundBy: 'launcher folder' }]),
};

function fail(run: DutyRun, number: number): void {
  run.setWork({
    engines: 'stopped',
    answersInFlight: 0,
    failure: { number, code: 'engine-died', sentence: 'The engine has died.' },
  });
  run.look();
}

function recover(run: DutyRun): void {
  run.setWork({ engines: 'ready' });
  run.look();
}

describe('a machine after a fault', () => {
  it('waits, says until when, and tries again', () => {
    const run = DutyRun.serving();
    fail(run, 1);
    expect(run.duty).toEqual({
      state: 'faulted',
      code: 'engine-died',
      message: 'The engine has died',
      retryAt: noon.wallMs + 10_000,
    });
    expect(nextCheckAt(run.record)).toBe(noon.monotonicMs + 10_000);
    expect(run.watch(9999)).toMatchObject({ state: 'faulted' });
    expect(run.watch(1)).toEqual({ state: 'starting' });
  });

  it('waits longer each time, to a quarter of an hour', () => {
    const run = DutyRun.serving();
    const waits = Array.from({ length: 9 }, (_, index) => {
      fail(run, index + 1);
      const { wallMs } = run.now;
      const wait = run.duty.state === 'faulted' ? run.duty.retryAt - wallMs : 0;
      run.watch(wait, 10_000);
      expect(run.duty).toEqual({ state: 'starting' });
      recover(run);
      return wait / 1000;
    });
    expect(waits).toEqual([10, 20, 40, 80, 160, 320, 640, 900, 900]);
  });

  it('waits little again once it has served for ten minutes', () => {
    const run = DutyRun.serving();
    fail(run, 1);
    run.watch(10_000);
    fail(run, 2);
    run.watch(20_000);
    recover(run);
    run.watch(10 * minuteMs, 10_000);
    fail(run, 3);
    expect(run.duty).toMatchObject({ retryAt: run.now.wallMs + 10_000 });
  });

  it('names the fault as one reason among others while there are others', () => {
    const run = DutyRun.serving();
    run.look(games);
    fail(run, 1);
    expect(run.duty).toMatchObject({
      state: 'paused',
      reasons: [
        {
          name: 'fault cool-down',
          reason: { code: 'failed', message: 'The engine has died', retryAt: noon.wallMs + 10_000 },
        },
        { name: 'game running' },
      ],
    });
    expect(run.watch(10_000)).toMatchObject({ reasons: [{ name: 'game running' }] });
  });

  it('ends what is left of the engines first', () => {
    const run = DutyRun.serving();
    const failure = { number: 1, code: 'engine-died', sentence: 'The engine has died.' };
    run.setWork({ failure });
    expect(run.look()).toMatchObject({
      state: 'draining',
      reasons: [{ name: 'fault cool-down' }],
      deadline: { kind: 'by' },
    });
  });

  it('tries again at once when the owner asks for it', () => {
    const run = DutyRun.serving();
    fail(run, 1);
    run.replace(withoutCoolDown(run.record));
    expect(run.look()).toEqual({ state: 'starting' });
    fail(run, 2);
    expect(run.duty).toMatchObject({ retryAt: run.now.wallMs + 10_000 });
  });
});
