import { expect, it } from 'vitest';
import { NodeHeartbeat } from './node-heartbeat.ts';

/** A heartbeat on a clock that the test moves. */
function watched(answers: () => boolean) {
  let now = 0;
  let due: { readonly at: number; readonly run: () => void } | undefined;
  const silences: number[] = [];
  const heartbeat = new NodeHeartbeat({
    ask: () => (answers() ? Promise.resolve() : new Promise(() => {})),
    onSilence: (forMs) => void silences.push(forMs),
    clock: {
      now: () => now,
      after: (ms, run) => {
        due = { at: now + ms, run };
        return () => (due = undefined);
      },
    },
  });
  heartbeat.begin();
  return {
    heartbeat,
    silences,
    /** Moves time, as for a process that runs. */
    pass: async (ms: number) => {
      for (const end = now + ms; now < end;) {
        now += 1000;
        if (due !== undefined && due.at <= now) {
          const { run } = due;
          due = undefined;
          run();
        }
        await Promise.resolve();
      }
    },
    /** Moves time during which this process did not run. */
    sleep: (ms: number) => {
      now += ms;
    },
  };
}

it('is silent about a node that answers, for hours', async () => {
  const { pass, silences } = watched(() => true);
  await pass(2 * 3600_000);
  expect(silences).toEqual([]);
});

it('tells once of a node that has said nothing for twenty seconds', async () => {
  let isHung = false;
  const { pass, silences } = watched(() => !isHung);
  await pass(60_000);
  isHung = true;
  await pass(15_000);
  expect(silences).toEqual([]);
  await pass(120_000);
  expect(silences).toEqual([20_000]);
});

it('hears what a node says of its own accord', async () => {
  const { heartbeat, pass, silences } = watched(() => false);
  for (let minute = 0; minute < 10; minute++) {
    await pass(12_000);
    heartbeat.heard();
  }
  expect(silences).toEqual([]);
});

it('holds no sleep of the computer against the node', async () => {
  const { pass, sleep, silences } = watched(() => true);
  await pass(12_000);
  sleep(8 * 3600_000);
  await pass(20_000);
  expect(silences).toEqual([]);
});

it('is over with the node', async () => {
  const { heartbeat, pass, silences } = watched(() => false);
  await pass(10_000);
  heartbeat.end();
  await pass(120_000);
  expect(silences).toEqual([]);
});
