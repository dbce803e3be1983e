import { describe, expect, it } from 'vitest';
import { cardWith, DutyRun, known, unknown } from '../../test/support/host/duty-inputs.ts';
import { withoutCoolDown } from './next-duty.ts';

const busy = cardWith({ othersUtilisation: known(0.9) });
const free = cardWith({ othersUtilisation: known(0) });
const hot = cardWith({ temperatureCelsius: known(90) });
const full = cardWith({ othersMemoryBytes: known(23e9) });

/** Works for this long, then releases the machine. */
function workFor(run: DutyRun, ms: number, end: Parameters<DutyRun['look']>[0] = busy): void {
  run.look();
  expect(run.duty).toEqual({ state: 'starting' });
  run.setWork({ engines: 'ready', answersInFlight: 0 });
  run.watch(ms);
  expect(run.duty.state).toBe('serving');
  run.look(end);
  run.setWork({ engines: 'stopped' });
  run.look();
}

/** How long it pauses from now on. */
function pausedMs(run: DutyRun): number {
  const from = run.now.monotonicMs;
  while (run.duty.state === 'paused') {
    run.pass(1000);
    run.look();
  }
  return run.now.monotonicMs - from;
}

describe('work that does not last', () => {
  it('is followed by a pause that doubles, up to half an hour', () => {
    const run = new DutyRun();
    const pauses = [60, 120, 240, 480, 960, 1800, 1800].map((seconds) => {
      workFor(run, 5000);
      run.look(free);
      return [pausedMs(run) / 1000, seconds];
    });
    expect(pauses.map(([pausedFor]) => pausedFor)).toEqual(pauses.map(([, expected]) => expected));
  });

  it('is forgotten after ten minutes of work, and when the owner resumes', () => {
    const run = new DutyRun();
    for (const _ of [1, 2, 3]) {
      workFor(run, 5000);
      run.look(free);
      pausedMs(run);
    }
    workFor(run, 600_000);
    run.look(free);
    expect(pausedMs(run)).toBe(60_000);
    workFor(run, 5000);
    workFor(afterResume(run), 5000);
    run.look(free);
    expect(pausedMs(run)).toBe(60_000);
  });

  it('costs a game that ends soon nothing but its minute', () => {
    const run = new DutyRun();
    for (const _ of [1, 2, 3]) {
      workFor(run, 5000, { games: known([{ name: 'Hades', foundBy: 'launcher folder' }]) });
      run.look({ games: known([]) });
      expect(pausedMs(run)).toBe(60_000);
    }
  });
});

describe('a pause for want of video memory', () => {
  it('has its minute also where the engines that were stopped need nothing', () => {
    const run = new DutyRun();
    workFor(run, 5000, full);
    run.setWork({ videoMemoryNeededBytes: 0 });
    run.look();
    expect(run.watch(59_000).state).toBe('paused');
    expect(run.watch(1000)).toEqual({ state: 'starting' });
  });
});

describe('a card that falls silent', () => {
  it.each([
    ['its load', busy, cardWith({ othersUtilisation: unknown })],
    ['its memory', full, cardWith({ othersMemoryBytes: unknown })],
    ['itself', busy, { gpus: unknown }],
    ['itself, when it was hot', hot, { gpus: unknown }],
  ])('holds what it told last of %s for ten minutes, and no longer', (_, last, silent) => {
    const run = new DutyRun();
    run.look(last);
    run.look(silent);
    expect(run.watch(599_000).state).toBe('paused');
    expect(run.watch(1000)).toEqual({ state: 'starting' });
  });
});

function afterResume(run: DutyRun): DutyRun {
  run.replace(withoutCoolDown(run.record));
  run.look(free);
  pausedMs(run);
  return run;
}
