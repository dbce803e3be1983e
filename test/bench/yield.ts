/** How fast the machine is released: from a game that begins to the engine process gone, in the middle of an answer. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host } from '../../src-main/host/host.ts';
import { eventuallyTrue, isAlive } from '../support/host/host-processes.ts';
import {
  askForLong,
  enginePids,
  hostOfLongAnswers,
  untilServing,
} from '../support/host/long-answers.ts';
import { PlayedMachine } from '../support/machine/played-machine.ts';
import { type Bench, say } from './report.ts';
import { quantile, round } from './statistics.ts';

const triggers = 200;

export const yieldToOwner: Bench = {
  about: `giving the machine back in the middle of an answer, ${triggers} times: p99 ≤ 500 ms`,
  run: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mindmesh-yield-'));
    const machine = new PlayedMachine();
    const host = await hostOfLongAnswers(folder, machine);
    try {
      const times: number[] = [];
      while (times.length < triggers) {
        times.push(await release(host, machine));
        if (times.length % 20 === 0) {
          say(`${times.length} of ${triggers}: the last took ${round(times.at(-1) ?? 0, 0)} ms`);
        }
      }
      const figures = {
        p50Ms: round(quantile(times, 0.5), 1),
        p99Ms: round(quantile(times, 0.99), 1),
        longestMs: round(Math.max(...times), 1),
      };
      return {
        rows: [
          { what: 'median (ms)', value: figures.p50Ms, limit: '' },
          { what: 'p99 (ms)', value: figures.p99Ms, limit: 500 },
          { what: 'longest (ms)', value: figures.longestMs, limit: '' },
        ],
        remarks: [
          'The first 400 ms are the time that an answer has to move to another peer; each trigger found one under way.',
          'Sensors are played: how often each looks comes on top (2 to 10 s without a word of the system).',
        ],
        figures,
      };
    } finally {
      await host.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Milliseconds from the reading to the process gone; the machine is idle again afterwards. */
async function release(host: Host, machine: PlayedMachine): Promise<number> {
  await untilServing(host);
  const [engine = 0] = enginePids(host);
  const answer = askForLong(host);
  await eventuallyTrue('an answer under way', () => answer.pieces() > 5);
  const trigger = performance.now();
  const gone = untilGone(engine);
  machine.play('Cyberpunk2077.exe');
  const tookMs = (await gone) - trigger;
  await answer.over.catch(() => {});
  await eventuallyTrue('paused', () => host.snapshot().duty.state === 'paused');
  machine.endGames();
  return tookMs;
}

/** Looks every millisecond. */
function untilGone(pid: number): Promise<number> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (!isAlive(pid)) {
        clearInterval(timer);
        resolve(performance.now());
      }
    }, 1);
  });
}
