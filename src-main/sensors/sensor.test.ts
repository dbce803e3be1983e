import { expect, it } from 'vitest';
import { ManualClock } from '../../test/support/machine/sensor-clock.ts';
import type { Reading } from '../../src-shared/duty.ts';
import { known, unknown } from './reading.ts';
import { PolledSensor } from './sensor.ts';

function sensorOf(
  read: (signal: AbortSignal) => Promise<Reading<number>>,
  everyMs: () => number = () => 1000,
): { sensor: PolledSensor<number>; clock: ManualClock; changes: () => number } {
  const clock = new ManualClock();
  const sensor = new PolledSensor({ source: 'network', everyMs, withinMs: 500, read }, clock);
  let changes = 0;
  sensor.start(() => {
    changes += 1;
  });
  return { sensor, clock, changes: () => changes };
}

const never = new Promise<never>(() => {});

it('is unknown before the first answer, then as told, polled at its rate', async () => {
  let polls = 0;
  const { sensor, clock, changes } = sensorOf(() => {
    polls += 1;
    return Promise.resolve(known(polls));
  });
  expect(sensor.reading).toEqual(unknown({ code: 'not-read-yet', source: 'network' }));
  await clock.pass(0);
  expect(sensor.reading).toEqual(known(1));
  await clock.pass(3000);
  expect(sensor.reading).toEqual(known(4));
  expect(changes()).toBe(4);
});

it('says why when a poll fails, and tries again', async () => {
  let polls = 0;
  const { sensor, clock } = sensorOf(() => {
    polls += 1;
    return polls === 1 ? Promise.reject(new Error('cold')) : Promise.resolve(known(7));
  });
  await clock.pass(0);
  expect(sensor.reading).toEqual(
    unknown({ code: 'unreadable', source: 'network', detail: 'cold' }),
  );
  await clock.pass(1000);
  expect(sensor.reading).toEqual(known(7));
});

it('gives a hanging poll up, tells it to end, and does not start a second one beside it', async () => {
  const signals: AbortSignal[] = [];
  const { sensor, clock } = sensorOf((signal) => {
    signals.push(signal);
    return never;
  });
  await clock.pass(500);
  expect(sensor.reading).toEqual(unknown({ code: 'no-answer', source: 'network', seconds: 0.5 }));
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  await clock.pass(10_000);
  expect(signals).toHaveLength(1);
});

it('polls again once a poll that was given up on has ended after all', async () => {
  const ends: (() => void)[] = [];
  const { sensor, clock } = sensorOf(
    () =>
      new Promise((resolve) => {
        ends.push(() => resolve(known(ends.length)));
      }),
  );
  await clock.pass(2000);
  ends[0]?.();
  await clock.pass(1000);
  ends[1]?.();
  await clock.pass(0);
  expect(sensor.reading).toEqual(known(2));
});

it('takes a reading back that has grown old', async () => {
  const clock = new ManualClock();
  // A clock whose timers never run, as in a process that was stopped for a while.
  const stuck = { now: () => clock.now(), after: () => () => {} };
  const answer = Promise.resolve(known(1));
  const plan = {
    source: 'network' as const,
    everyMs: () => 1000,
    withinMs: 500,
    read: () => answer,
  };
  const sensor = new PolledSensor(plan, stuck);
  sensor.start(() => {});
  await clock.pass(3500);
  expect(sensor.reading).toEqual(known(1));
  await clock.pass(1000);
  expect(sensor.reading).toEqual(unknown({ code: 'outdated', source: 'network', seconds: 5 }));
});

it('forgets what it knew when asked to read anew, and reads at once', async () => {
  let polls = 0;
  const { sensor, clock } = sensorOf(() => {
    polls += 1;
    return Promise.resolve(known(polls));
  });
  await clock.pass(0);
  sensor.refresh();
  expect(sensor.reading).toEqual(unknown({ code: 'read-anew', source: 'network' }));
  await clock.pass(0);
  expect(sensor.reading).toEqual(known(2));
  expect(clock.timers).toBe(1);
});

it('polls together with others: at whole multiples of the interval', async () => {
  const at: number[] = [];
  const clock = new ManualClock();
  await clock.pass(730);
  const sensor = new PolledSensor(
    {
      source: 'network',
      everyMs: () => 1000,
      withinMs: 500,
      read: () => {
        at.push(clock.now());
        return Promise.resolve(known(1));
      },
    },
    clock,
  );
  sensor.start(() => {});
  await clock.pass(3000);
  expect(at).toEqual([730, 2000, 3000]);
});

it.each([
  ['between polls', (): Promise<Reading<number>> => Promise.resolve(known(1))],
  ['in the middle of one', (): Promise<Reading<number>> => never],
])('leaves no timer when it is stopped %s, and tells nothing more', async (_when, read) => {
  const { sensor, clock, changes } = sensorOf(read);
  await clock.pass(100);
  const before = changes();
  await sensor.stop();
  expect(clock.timers).toBe(0);
  await clock.pass(5000);
  expect(changes()).toBe(before);
});

it('takes up a shorter interval at once when told of it, and a longer one after the next poll', async () => {
  let everyMs = 4000;
  let polls = 0;
  const { sensor, clock } = sensorOf(
    () => {
      polls += 1;
      return Promise.resolve(known(polls));
    },
    () => everyMs,
  );
  const at: number[] = [];
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 100) {
      const before = polls;
      await clock.pass(100);
      at.push(...(polls > before ? [clock.now()] : []));
    }
  };
  await pass(1100);
  sensor.retime();
  everyMs = 500;
  sensor.retime();
  await pass(1500);
  everyMs = 4000;
  sensor.retime();
  await pass(6000);
  expect(at).toEqual([1500, 2000, 2500, 3000, 8000]);
  expect(clock.timers).toBe(1);
  await sensor.stop();
  sensor.retime();
  expect(clock.timers).toBe(0);
});

it('is not old because the interval has become shorter since it was read', async () => {
  let everyMs = 10_000;
  const { sensor, clock } = sensorOf(
    () => Promise.resolve(known(1)),
    () => everyMs,
  );
  await clock.pass(9900);
  everyMs = 500;
  expect(sensor.reading).toEqual(known(1));
});

it('looks at once when its source has something new, and keeps what it knows until then', async () => {
  const ends: (() => void)[] = [];
  const { sensor, clock } = sensorOf(
    () =>
      new Promise((resolve) => {
        const number = ends.length + 1;
        ends.push(() => resolve(known(number)));
      }),
  );
  ends[0]?.();
  await clock.pass(0);
  sensor.look();
  expect(sensor.reading).toEqual(known(1));
  sensor.look();
  expect(ends).toHaveLength(2);
  ends[1]?.();
  await clock.pass(0);
  // The second call came during a look, which may have missed the news.
  expect(ends).toHaveLength(3);
  ends[2]?.();
  await clock.pass(0);
  expect(sensor.reading).toEqual(known(3));
  expect(clock.timers).toBe(1);
  await sensor.stop();
  sensor.look();
  expect(ends).toHaveLength(3);
});
