/**
 * What the whole app costs while it is paused and its window is closed: a headless host with this system's real
 * sensors, its node, and every tool that they run. `--electron FOLDER` measures the packaged app in FOLDER instead,
 * hidden in its tray.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { appFiles } from '../../src-main/base/app-files.ts';
import { dataFolderAt } from '../../src-main/data/data-folder.ts';
import { findHost } from '../../src-main/cli/use-host.ts';
import { openHostServices } from '../../src-main/host/host-services.ts';
import { eventuallyTrue } from '../support/host/host-processes.ts';
import { openScreen } from '../support/window/virtual-screen.ts';
import { type TreeTimes, treeTimes, type WakeUpCounts, WakeUps } from './process-tree.ts';
import { type Bench, type BenchResult, say } from './report.ts';
import { round } from './statistics.ts';

/** Time for the start, the first readings of all sensors, and the compiling of code that runs often. */
const settleSeconds = 30;
const measuredSeconds = 120;
/** Wake-ups within a tenth of a second count as one. */
const looksPerSecond = 10;
const stopWithinMs = 10_000;

export const idleCost: Bench = {
  about:
    'the whole app, paused and without a window, over 120 s: CPU (≤ 1 % of a core) and wake-ups',
  run: async () => {
    const { values } = parseArgs({
      args: process.argv.slice(3),
      options: { electron: { type: 'string' } },
    });
    const { electron } = values;
    const folder = await mkdtemp(join(tmpdir(), 'mindmesh-idle-'));
    await preparePaused(folder);
    const screen = electron === undefined ? undefined : await openScreen();
    let app: App | undefined;
    try {
      app =
        electron === undefined
          ? await startHeadless(folder)
          : await startElectron(electron, folder, screen?.display);
      await untilPaused(app, folder, electron === undefined);
      say(`Settling for ${settleSeconds} s, then watching for ${measuredSeconds} s …`);
      await delay(settleSeconds * 1000);
      return await measure(app.pid);
    } finally {
      await app?.stop();
      await screen?.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Prepares a data folder in which the owner has agreed to everything and paused. */
async function preparePaused(folder: string): Promise<void> {
  const services = await openHostServices(dataFolderAt(folder));
  services.settings.change({ apiPort: 0, windowPort: 0 });
  services.acknowledgements.add('consent 3');
  services.acknowledgements.add('closed to the tray');
  services.pauses.write({ choice: 'indefinitely', askedAtWallMs: Date.now(), durationMs: null });
  await services.close();
}

function startHeadless(folder: string): Promise<App> {
  return start(process.execPath, [appFiles().commandLine, '--data', folder, 'serve'], process.env);
}

/** Starts in the tray even where there is none, since the window would stay open otherwise. */
function startElectron(app: string, folder: string, display: string | undefined): Promise<App> {
  const args = ['--hidden', '--tray', '--data', folder];
  // Chromium's sandbox refuses to run as root.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const environment = display === undefined ? process.env : { ...process.env, DISPLAY: display };
  return start(join(app, 'mindmesh'), [...args, ...sandbox], environment);
}

type App = {
  readonly pid: number;
  /** Throws when the process has ended. */
  check(): void;
  /** Ends the process and all its children. */
  stop(): Promise<void>;
};

async function start(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<App> {
  const child = spawn(program, args, { stdio: 'ignore', detached: true, env });
  await once(child, 'spawn');
  const ended = once(child, 'exit');
  const { pid } = child;
  if (pid === undefined) {
    throw new Error(`${program} has no process`);
  }
  return {
    pid,
    check: () => {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`${program} ended with ${child.exitCode ?? child.signalCode}`);
      }
    },
    stop: async () => {
      signalGroup(pid, 'SIGTERM');
      const isOver = await Promise.race([ended.then(() => true), delay(stopWithinMs, false)]);
      signalGroup(pid, 'SIGKILL');
      if (!isOver) {
        await ended;
      }
    },
  };
}

async function untilPaused(app: App, folder: string, isHeadless: boolean): Promise<void> {
  await eventuallyTrue(
    'the app is paused and its node runs',
    async () => {
      app.check();
      return isHeadless ? isPaused(folder) : hasNode(app);
    },
    60_000,
  );
}

async function isPaused(folder: string): Promise<boolean> {
  const connection = await findHost(dataFolderAt(folder));
  const snapshot = connection?.snapshot();
  await connection?.close();
  return snapshot?.state === 'running' && snapshot.duty.state === 'paused';
}

async function hasNode({ pid }: App): Promise<boolean> {
  const { processes } = await treeTimes(pid);
  return [...processes.values()].some(({ name }) => name === 'node.js');
}

async function measure(root: number): Promise<BenchResult> {
  const wakeUps = new WakeUps(root);
  await wakeUps.lookAll();
  const before = await treeTimes(root);
  const start = performance.now();
  for (let look = 1; look <= measuredSeconds * looksPerSecond; look += 1) {
    await delay(Math.max(0, start + (look * 1000) / looksPerSecond - performance.now()));
    if (look % looksPerSecond === 0) {
      await wakeUps.lookAll();
    } else {
      wakeUps.look();
    }
  }
  const after = await treeTimes(root);
  return result(before, after, wakeUps.counts, (performance.now() - start) / 1000);
}

function result(
  before: TreeTimes,
  after: TreeTimes,
  wakeUps: ReadonlyMap<number, WakeUpCounts>,
  seconds: number,
): BenchResult {
  const lasting = [...after.processes].map(([pid, { name, cpuSeconds }]) => ({
    what: `${name} (${pid})`,
    cpuSeconds: cpuSeconds - (before.processes.get(pid)?.cpuSeconds ?? 0),
    ...(wakeUps.get(pid) ?? { threads: 0, moments: 0 }),
  }));
  const total = after.cpuSeconds - before.cpuSeconds;
  const threads = sum([...wakeUps.values()].map((counts) => counts.threads));
  const moments = Math.max(...lasting.map((process) => process.moments));
  const brief = {
    what: 'processes that came and went',
    cpuSeconds: total - sum(lasting.map((process) => process.cpuSeconds)),
    threads: threads - sum(lasting.map((process) => process.threads)),
    moments: '',
  };
  const all = { what: 'all together', cpuSeconds: total, threads, moments: '' };
  const aSecond = (count: number): number => round(count / seconds, 2);
  return {
    rows: [...lasting, brief, all].map((row) => ({
      what: row.what,
      'CPU (% of a core)': round((100 * row.cpuSeconds) / seconds, 3),
      'wake-ups a second': aSecond(row.threads),
      'at different times': typeof row.moments === 'number' ? aSecond(row.moments) : '',
    })),
    remarks: [
      'Wanted: at most 1 % of a core, and no process woken at more than one time a second. A wake-up is a thread that',
      'goes on after it slept; a single timer may wake many, within a tenth of a second. Of processes that lived',
      'between two looks, a second apart, only the CPU is counted.',
    ],
    figures: {
      cpuPercent: round((100 * total) / seconds, 3),
      wakeUpsPerSecond: aSecond(threads),
      mostWakeUpTimesPerSecond: aSecond(moments),
      processes: lasting.length,
      seconds: round(seconds, 0),
    },
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function signalGroup(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // The file is empty.
  }
}
