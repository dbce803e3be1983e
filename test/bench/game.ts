/**
 * How fast a real game gets the machine: a program in a launcher's folder is started while a host with this system's sensors
 * serves, and the time is taken until the duty has seen it, until the engine's memory is unmapped, and until its process is
 * gone. On the processor in the middle of an answer, and on Mesa's software Vulkan with nothing under way; `--backend cpu` or
 * `--backend vulkan` measures one of them, and `--rounds N` is for experiments.
 */
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Host } from '../../src-main/host/host.ts';
import { linuxSources } from '../../src-main/sensors/linux-sources.ts';
import { GameFinder } from '../../src-main/sensors/games/game-finder.ts';
import { LinuxPrograms } from '../../src-main/sensors/games/running-programs.ts';
import { findGameFolders } from '../../src-main/sensors/games/launcher-folders.ts';
import { ownProcesses } from '../../src-main/sensors/own-processes.ts';
import { known } from '../../src-main/sensors/reading.ts';
import { systemClock } from '../../src-shared/clock.ts';
import type { FactSources, SourceOptions } from '../../src-main/sensors/fact-sources.ts';
import { eventuallyTrue, isAlive } from '../support/host/host-processes.ts';
import {
  answerUnderWay,
  enginePids,
  hostOfLongAnswers,
  type LongAnswer,
  untilServing,
} from '../support/host/long-answers.ts';
import { InstalledGame } from '../support/machine/installed-game.ts';
import { softwareCards } from '../support/machine/software-vulkan.ts';
import { residentBytes } from './process-usage.ts';
import { type Bench, say } from './report.ts';
import { median, quantile, round } from './statistics.ts';

const usualRounds = 50;
const limitMs = 1500;
/** The owner has been away for an hour. */
const away = { inputIdleMs: known(3_600_000), isLocked: known(false) };
const looks = 200;

type Situation = {
  readonly what: string;
  /** Prefix of its figures. */
  readonly key: string;
  readonly backend: 'cpu' | 'auto';
  readonly environment: Readonly<Record<string, string>>;
  readonly asks: boolean;
};

/** Milliseconds from the start of the program. */
type Times = {
  readonly seenMs: number;
  readonly unmappedMs: number;
  readonly goneMs: number;
  /** What the engine had of the computer's memory. */
  readonly residentMb: number;
};

export const game: Bench = {
  about: `a program in a launcher’s folder starts, ${usualRounds} times each: to the engine’s memory free p99 ≤ 1.5 s`,
  run: async () => {
    const { values } = parseArgs({
      args: process.argv.slice(3),
      options: { rounds: { type: 'string' }, backend: { type: 'string' } },
    });
    const rounds = Number(values.rounds ?? usualRounds);
    const folder = await mkdtemp(join(tmpdir(), 'mindmesh-game-'));
    try {
      const installed = await InstalledGame.install(join(folder, 'home'), 'Hades');
      const results = [];
      for (const situation of situations(values.backend)) {
        const place = join(folder, situation.key);
        await mkdir(place);
        results.push({ situation, times: await timesOf(situation, installed, place, rounds) });
      }
      const look = await costOfLooking(installed.home);
      return {
        rows: results.flatMap(({ situation: { what }, times }) => [
          rowOf(
            `${what}: seen`,
            times.map(({ seenMs }) => seenMs),
          ),
          rowOf(
            `${what}: memory unmapped`,
            times.map(({ unmappedMs }) => unmappedMs),
          ),
          rowOf(
            `${what}: process gone`,
            times.map(({ goneMs }) => goneMs),
            limitMs,
          ),
        ]),
        remarks: [
          'Measured from just before the start of the program; while engines are loaded, programs are looked for every 500 ms.',
          `A look takes ${look.cpuMs} ms of the processor among ${look.processes} processes: ${look.percent} % of a core while engines are loaded.`,
          'Software Vulkan tells all memory as free at any time, so there it counts that the engine’s memory is unmapped:',
          `${results.map(({ situation: { what }, times }) => `${round(median(times.map(({ residentMb }) => residentMb)), 0)} MB (${what})`).join(', ')}.`,
        ],
        figures: {
          ...Object.fromEntries(
            results.flatMap(({ situation: { key }, times }) => [
              [`${key}SeenP99Ms`, p99(times.map(({ seenMs }) => seenMs))],
              [`${key}UnmappedP99Ms`, p99(times.map(({ unmappedMs }) => unmappedMs))],
              [`${key}GoneP99Ms`, p99(times.map(({ goneMs }) => goneMs))],
            ]),
          ),
          lookCpuMs: look.cpuMs,
          processes: look.processes,
        },
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** @param only `cpu` or `vulkan`; absent: both */
function situations(only: string | undefined): Situation[] {
  const cards = softwareCards();
  const all: Situation[] = [
    { what: 'processor, an answer', key: 'cpu', backend: 'cpu', environment: {}, asks: true },
    ...(cards === undefined
      ? []
      : ([
          {
            what: 'software Vulkan, idle',
            key: 'vulkan',
            backend: 'auto',
            environment: cards,
            asks: false,
          },
        ] as const)),
  ];
  return all.filter(({ key }) => only === undefined || key === only);
}

function rowOf(what: string, times: readonly number[], limit?: number) {
  return {
    what,
    'median (ms)': round(quantile(times, 0.5), 0),
    'p99 (ms)': p99(times),
    'longest (ms)': round(Math.max(...times), 0),
    'p99 wanted (ms)': limit ?? '',
  };
}

function p99(times: readonly number[]): number {
  return round(quantile(times, 0.99), 0);
}

async function timesOf(
  { what, backend, environment, asks }: Situation,
  installed: InstalledGame,
  folder: string,
  rounds: number,
): Promise<Times[]> {
  Object.assign(process.env, environment);
  // The sensors tell our engines by the host that they are made for.
  const made: { host?: Host } = {};
  const sources = sensorsAt(installed.home, () => made.host);
  const host = await hostOfLongAnswers(
    folder,
    { sources },
    {
      overrides: {
        backend,
        // Other programs of a machine that measures, and what a server does not tell, are not what is measured.
        pauseOnCpuLoadPercent: null,
        pauseOnGpuLoadPercent: null,
        onBattery: 'work',
      },
    },
  );
  made.host = host;
  const times: Times[] = [];
  try {
    while (times.length < rounds) {
      // Spread over the time between two looks, the same in every run.
      times.push(await takeOver(host, installed, asks, ((times.length * 0.618_034) % 1) * 500));
      if (times.length % 10 === 0) {
        const last = round(times.at(-1)?.goneMs ?? 0, 0);
        say(`${what}, ${times.length} of ${rounds}: the last took ${last} ms`);
      }
    }
  } finally {
    await Promise.all([installed.stop(), host.stop()]);
    for (const name of Object.keys(environment)) {
      delete process.env[name];
    }
  }
  return times;
}

function sensorsAt(home: string, host: () => Host | undefined): FactSources {
  const options: SourceOptions = {
    own: () => ownProcesses(undefined, host()?.snapshot().node ?? null),
    exclusiveApps: () => [],
    nodeExecutable: process.execPath,
    presence: () => away,
    home,
  };
  return linuxSources(options);
}

/** The game runs until the engine is gone; the machine is about to serve again afterwards. */
async function takeOver(
  host: Host,
  installed: InstalledGame,
  asks: boolean,
  waitMs: number,
): Promise<Times> {
  await untilServing(host);
  await eventuallyTrue(
    'the engine is loaded',
    () => host.snapshot().node?.shards[0]?.state === 'serving',
  );
  const [engine = 0] = enginePids(host);
  const answer: LongAnswer | undefined = asks ? await answerUnderWay(host) : undefined;
  await delay(waitMs);
  const residentMb = residentBytes(engine) / 1e6;
  const start = performance.now();
  const seen = untilSeen(host);
  const unmapped = until(() => !isMapped(engine));
  const gone = until(() => !isAlive(engine));
  installed.start();
  const [seenAt, unmappedAt, goneAt] = await Promise.all([seen, unmapped, gone]);
  await answer?.over.catch(() => {});
  await eventuallyTrue('paused', () => host.snapshot().duty.state === 'paused');
  await installed.stop();
  return {
    seenMs: seenAt - start,
    unmappedMs: unmappedAt - start,
    goneMs: goneAt - start,
    residentMb,
  };
}

function untilSeen(host: Host): Promise<number> {
  return new Promise((resolve) => {
    const stop = host.onSnapshot(() => {
      const { duty } = host.snapshot();
      if (duty.state === 'draining' || duty.state === 'paused') {
        stop();
        resolve(performance.now());
      }
    });
  });
}

/** Looks every millisecond. */
function until(isSo: () => boolean): Promise<number> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (isSo()) {
        clearInterval(timer);
        resolve(performance.now());
      }
    }, 1);
  });
}

/** Whether the process still has memory: a process that has ended but was not waited for has none. */
function isMapped(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/statm`, 'utf8').startsWith('0 ');
  } catch {
    return false;
  }
}

/** Processor time of looks among the processes of this machine, after a first one that reads all of them. */
async function costOfLooking(home: string) {
  const programs = new LinuxPrograms();
  const finder = new GameFinder({
    folders: () => findGameFolders({ platform: 'linux', home, environment: {} }),
    exclusiveApps: () => [],
    own: () => ({ pids: new Set(), gpuPids: new Set() }),
    clock: systemClock,
  });
  await finder.find(await programs.read());
  const before = process.cpuUsage();
  let processes = 0;
  for (let look = 0; look < looks; look += 1) {
    const running = await programs.read();
    processes = running.isKnown ? running.value.length : 0;
    await finder.find(running);
  }
  const { user, system } = process.cpuUsage(before);
  const cpuMs = (user + system) / 1000 / looks;
  return { cpuMs: round(cpuMs, 2), processes, percent: round((100 * cpuMs) / 500, 2) };
}
