/**
 * How fast the machine is released, from the reading of a game until the engine process is gone. Three situations in
 * turn: no answer, an answer that has nowhere to go, and an answer that moves to a peer. On the processor, or with
 * `--backend vulkan` on Mesa's software Vulkan, where there is no card of which the driver tells more. `--rounds N` is for
 * experiments.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Host } from '../../src-main/host/host.ts';
import { eventuallyTrue, isAlive } from '../support/host/host-processes.ts';
import {
  answerUnderWay,
  enginePids,
  hostOfLongAnswers,
  peerOfLongAnswers,
  untilServing,
} from '../support/host/long-answers.ts';
import { PlayedMachine } from '../support/machine/played-machine.ts';
import { known } from '../support/host/duty-inputs.ts';
import { softwareCards } from '../support/machine/software-vulkan.ts';
import { type DeviceMemory, deviceMemory } from './device-memory.ts';
import { type Bench, type BenchResult, say } from './report.ts';
import { quantile, round } from './statistics.ts';

const usualRounds = 100;

type Situation = {
  readonly what: string;
  /** Limit of the 99th percentile, in milliseconds. */
  readonly limitMs: number;
  /** Prefix of the situation's figures. */
  readonly key: string;
  readonly asks: boolean;
  readonly hasPeer: boolean;
};

const situations: readonly Situation[] = [
  { what: 'nothing to move', limitMs: 100, key: 'idle', asks: false, hasPeer: false },
  { what: 'an answer that ends here', limitMs: 500, key: 'stays', asks: true, hasPeer: false },
  { what: 'an answer that moves', limitMs: 500, key: 'moves', asks: true, hasPeer: true },
];

export const yieldToOwner: Bench = {
  about: `giving the machine back, ${usualRounds} times each: p99 ≤ 100 ms with nothing to move, else ≤ 500 ms`,
  run: async () => {
    const { values } = parseArgs({
      args: process.argv.slice(3),
      options: { rounds: { type: 'string' }, backend: { type: 'string', default: 'cpu' } },
    });
    const rounds = Number(values.rounds ?? usualRounds);
    const isOnCard = values.backend === 'vulkan';
    const cards = softwareCards();
    if (isOnCard && cards === undefined) {
      throw new Error('There is no software Vulkan on this machine');
    }
    const device = await deviceMemory();
    Object.assign(process.env, isOnCard ? cards : {});
    const results = [];
    for (const situation of situations) {
      results.push({ situation, times: await timesOf(situation, rounds, isOnCard) });
    }
    return {
      rows: results.map(({ situation: { what, limitMs }, times }) => ({
        what,
        'median (ms)': round(quantile(times, 0.5), 1),
        'p99 (ms)': round(quantile(times, 0.99), 1),
        'longest (ms)': round(Math.max(...times), 1),
        'p99 wanted (ms)': limitMs,
      })),
      remarks: [
        'An answer has 400 ms to move to another peer; each trigger but the first kind found one under way.',
        'Sensors are played: how often each looks comes on top (`game` measures that).',
        ...deviceRemarks(device),
      ],
      figures: {
        backend: isOnCard ? 'vulkan' : 'cpu',
        ...deviceFigures(device),
        ...Object.fromEntries(
          results.flatMap(({ situation: { key }, times }) => [
            [`${key}P50Ms`, round(quantile(times, 0.5), 1)],
            [`${key}P99Ms`, round(quantile(times, 0.99), 1)],
            [`${key}LongestMs`, round(Math.max(...times), 1)],
          ]),
        ),
      },
    };
  },
};

function deviceFigures(memory: DeviceMemory | undefined): BenchResult['figures'] {
  return memory === undefined
    ? { device: null }
    : {
        device: memory.name,
        deviceEngineBytes: memory.engineBytes,
        deviceFreeBeforeBytes: memory.beforeBytes,
        deviceFreeLoadedBytes: memory.loadedBytes,
        deviceFreeAfterBytes: memory.afterBytes,
      };
}

function deviceRemarks(memory: DeviceMemory | undefined): string[] {
  if (memory === undefined) {
    return ['There is no graphics device whose free memory could be read.'];
  }
  const { name, beforeBytes, loadedBytes, afterBytes, engineBytes } = memory;
  const [before, loaded, after, engine] = [beforeBytes, loadedBytes, afterBytes, engineBytes].map(
    (bytes) => `${round(bytes / 1e6, 0)} MB`,
  );
  return [
    `Free on ${name}: ${before} before a load, ${loaded} with the engine’s ${engine}, ${after} after it was given back.`,
    ...(beforeBytes === loadedBytes
      ? [
          'This driver tells all as free at any time: that the process is gone, and its memory with it, is what is measured.',
        ]
      : []),
  ];
}

async function timesOf(situation: Situation, rounds: number, isOnCard: boolean): Promise<number[]> {
  const folder = await mkdtemp(join(tmpdir(), 'mindmesh-yield-'));
  const machine = new PlayedMachine();
  machine.tell({ gpus: known([]) });
  const host = await hostOfLongAnswers(folder, machine, {
    overrides: { backend: isOnCard ? 'auto' : 'cpu' },
  });
  const peer = situation.hasPeer ? await peerOfLongAnswers(folder, host) : undefined;
  const times: number[] = [];
  try {
    while (times.length < rounds) {
      times.push(await release(host, machine, situation));
      if (times.length % 20 === 0) {
        const last = round(times.at(-1) ?? 0, 0);
        say(`${situation.what}, ${times.length} of ${rounds}: the last took ${last} ms`);
      }
    }
  } finally {
    await Promise.all([host.stop(), peer?.stop()]);
    await rm(folder, { recursive: true, force: true });
  }
  return times;
}

/** Milliseconds from the reading until the process is gone; the machine is idle again afterwards. */
async function release(
  host: Host,
  machine: PlayedMachine,
  { asks, hasPeer }: Situation,
): Promise<number> {
  await untilServing(host);
  await eventuallyTrue(
    'the engine is loaded',
    () => host.snapshot().node?.shards[0]?.state === 'serving',
  );
  const [engine = 0] = enginePids(host);
  const answer = asks ? await answerUnderWay(host) : undefined;
  const trigger = performance.now();
  const gone = untilGone(engine);
  machine.play('Cyberpunk2077.exe');
  const tookMs = (await gone) - trigger;
  if (answer !== undefined && hasPeer) {
    const pieces = answer.pieces();
    await eventuallyTrue('the answer goes on at the peer', () => answer.pieces() > pieces + 5);
    answer.cancel();
  }
  await answer?.over.catch(() => {});
  await eventuallyTrue('paused', () => host.snapshot().duty.state === 'paused');
  machine.endGames();
  return tookMs;
}

/** Checks every millisecond. */
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
