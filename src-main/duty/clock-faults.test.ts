/** The whole duty with both clocks, while the wall clock is changed. */
import { describe, expect, it } from 'vitest';
import { Desk, noon, shard } from '../../test/support/host/duty-desk.ts';
import { known } from '../../test/support/host/duty-inputs.ts';
import { weeklyScheduleSchema } from '../../src-shared/settings/schedule.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

async function paused(choice: '1 hour' | 'until tomorrow'): Promise<Desk> {
  const desk = await Desk.serving();
  desk.service.pause(choice);
  await releaseAll(desk);
  return desk;
}

/** Releases the machine and waits until that is done. */
async function releaseAll(desk: Desk): Promise<void> {
  for (let order = 0; order < 3; order += 1) {
    await desk.carryOut();
  }
  desk.shards = [];
  desk.service.reconcile();
  await desk.settle();
}

/** Moves both clocks, with a reading of the sensors now and then. */
async function pass(desk: Desk, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= minuteMs) {
    await desk.clock.pass(Math.min(left, minuteMs));
    desk.machine.tell({ inputIdleMs: known(hourMs + desk.clock.now()) });
    await desk.settle();
  }
}

/** Every day from six in the evening to eight in the morning. */
const nights = weeklyScheduleSchema.parse(
  Object.fromEntries(
    ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'].map((day) => [
      day,
      [{ from: 18 * 60, to: 8 * 60 }],
    ]),
  ),
);

describe('a clock set back a day', () => {
  it('does not prolong an hour’s pause, and the sentence tells the end by the new time', async () => {
    const desk = await paused('1 hour');
    expect(desk.service.view.sentence).toBe('Paused: you paused it until 13:00');
    await pass(desk, 30 * minuteMs);
    desk.wallOffsetMs -= dayMs;
    await pass(desk, minuteMs);
    expect(desk.service.view.sentence).toBe('Paused: you paused it until 13:00');
    await pass(desk, 28 * minuteMs);
    expect(desk.service.view.state).toBe('paused');
    await pass(desk, minuteMs);
    expect(desk.service.view).toMatchObject({ state: 'starting', pause: null });
    expect(desk.stored).toBeNull();
  });

  it('does not prolong it over a restart by more than its whole length', async () => {
    const stored = { choice: '1 hour' as const, askedAtWallMs: noon + dayMs, durationMs: hourMs };
    const desk = new Desk({ stored });
    await desk.settle();
    expect(desk.service.view.pause).toBe('1 hour');
    await pass(desk, hourMs);
    expect(desk.service.view.pause).toBeNull();
  });

  it('does not let "until tomorrow" last longer than the night that was meant', async () => {
    const desk = await paused('until tomorrow');
    desk.wallOffsetMs -= dayMs;
    await pass(desk, 18 * hourMs);
    expect(desk.service.view.pause).toBeNull();
  });

  it('does not hold back a return from a game', async () => {
    const desk = await Desk.serving();
    await desk.play('Hades');
    await releaseAll(desk);
    desk.machine.endGames();
    await desk.settle();
    desk.wallOffsetMs -= dayMs;
    await pass(desk, 2 * minuteMs);
    expect(desk.service.view.state).toBe('starting');
  });

  it('does not disturb what is being served', async () => {
    const desk = await Desk.serving();
    desk.wallOffsetMs -= dayMs;
    await pass(desk, 10 * minuteMs);
    expect(desk.orders).toEqual([]);
    expect(desk.service.view.state).toBe('serving');
  });
});

describe('a clock set forward', () => {
  it('ends a pause whose time it is past, and not one whose time it is not', async () => {
    const desk = await paused('1 hour');
    desk.wallOffsetMs += 50 * minuteMs;
    await pass(desk, minuteMs);
    expect(desk.service.view.pause).toBe('1 hour');
    desk.wallOffsetMs += 10 * minuteMs;
    await pass(desk, minuteMs);
    expect(desk.service.view.pause).toBeNull();
  });

  it('costs a serving machine nothing', async () => {
    const desk = await Desk.serving();
    desk.wallOffsetMs += 400 * dayMs;
    await pass(desk, 10 * minuteMs);
    expect(desk.orders).toEqual([]);
  });
});

describe('the schedule', () => {
  it('goes by the clock on the wall, whichever way that is set', async () => {
    const desk = new Desk({ settings: { schedule: nights } });
    await desk.settle();
    expect(desk.service.view).toMatchObject({
      state: 'paused',
      reasons: [{ name: 'outside schedule' }],
    });
    desk.wallOffsetMs = 7 * hourMs;
    await pass(desk, 3 * minuteMs);
    expect(desk.service.view.state).toBe('starting');
    desk.shards = [shard];
    await desk.carryOut();
    desk.wallOffsetMs = 7 * hourMs - dayMs;
    await pass(desk, minuteMs);
    expect(desk.service.view.state).toBe('serving');
    desk.wallOffsetMs = -dayMs;
    await pass(desk, minuteMs);
    await releaseAll(desk);
    expect(desk.service.view).toMatchObject({
      state: 'paused',
      reasons: [{ name: 'outside schedule' }],
    });
  });

  it('begins on time by the clock that was set while nothing else changed', async () => {
    const desk = new Desk({ settings: { schedule: nights } });
    await desk.settle();
    desk.wallOffsetMs = 5 * hourMs;
    await desk.clock.pass(hourMs + 5 * minuteMs);
    expect(desk.service.view.state).toBe('starting');
  });
});
