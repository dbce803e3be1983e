/**
 * The sensors of macOS, and of other systems with a `ps`, which tell little beside that. Here each reading costs a
 * process, so readings are rare; only while engines are loaded, programs that start are looked for twice a second.
 */
import { homedir } from 'node:os';
import type { ComputerMemory, GpuFacts, Reading } from '../../src-shared/duty.ts';
import { AppleCards } from './gpu/apple-cards.ts';
import { systemClock } from '../../src-shared/clock.ts';
import { OthersCpu, readCpuTimes } from './cpu.ts';
import {
  attentive,
  everyMs,
  type FactSources,
  polled,
  presenceSensor,
  type SourceOptions,
} from './fact-sources.ts';
import { GameFinder } from './games/game-finder.ts';
import { findGameFolders } from './games/launcher-folders.ts';
import { readMacMemory } from './memory.ts';
import { readInterfaces } from './network.ts';
import { RecentGpuPids } from './own-processes.ts';
import { readMacPower } from './power.ts';
import { readMacPresence } from './presence.ts';
import { known, partOf, unknown } from './reading.ts';
import { MissingToolError, type RunCommand, runCommand } from '../base/run-command.ts';
import { type PsProgram, readPsPrograms } from './games/running-programs.ts';

export function macSources(options: SourceOptions, platform: NodeJS.Platform): FactSources {
  const { own, environment = process.env, home = homedir() } = options;
  const { runCommand: run = runCommand, clock = systemClock } = options;
  const isMac = platform === 'darwin';
  const untold = unknown({ code: 'other-system', system: platform });

  const apple = new AppleCards(new RecentGpuPids(own, clock), clock);
  const cards = polled<readonly GpuFacts[]>(options, 'cards', everyMs.tool, async (signal) =>
    isMac ? apple.read(await readAccelerators(run, signal)) : untold,
  );
  const presence = presenceSensor(options, async (runner, signal) =>
    isMac ? readMacPresence(runner, signal) : { inputIdleMs: untold, isLocked: untold },
  );
  const finder = new GameFinder({
    ...options,
    clock,
    folders: () => findGameFolders({ platform, home, environment }),
  });
  let programs: readonly PsProgram[] = [];
  let othersCpu: Reading<number> | undefined;
  let loadReadAt = Number.NEGATIVE_INFINITY;
  const load = new OthersCpu(
    () => Promise.resolve(readCpuTimes(ownSeconds(programs, own().pids))),
    () => clock.now(),
  );
  /** Over a time of its own, however often programs are listed, since loads of half a second say little. */
  const readLoad = async (signal: AbortSignal): Promise<Reading<number>> => {
    if (othersCpu === undefined || clock.now() - loadReadAt > everyMs.tool - everyMs.start) {
      loadReadAt = clock.now();
      othersCpu = await load.read(signal);
    }
    return othersCpu;
  };
  // One process list serves both, so that the processor times are of one moment.
  const processes = polled(
    options,
    'processes',
    attentive(options, everyMs.tool, everyMs.start),
    async (signal) => {
      const running = await readPsPrograms(run, signal);
      programs = running.isKnown ? running.value : [];
      return known({
        games: await finder.find(running),
        othersCpu: running.isKnown ? await readLoad(signal) : running,
      });
    },
  );
  const power = polled(options, 'power-supply', everyMs.tool, async (signal) =>
    known(isMac ? await readMacPower(run, signal) : { onBattery: untold, isLidClosed: untold }),
  );
  const memory = polled<ComputerMemory>(options, 'memory', everyMs.tool, async (signal) =>
    isMac ? readMacMemory(run, signal) : untold,
  );
  const network = polled(options, 'network', everyMs.tool, () => Promise.resolve(readInterfaces()));

  return {
    running: [cards, presence, processes, power, memory, network],
    facts: () => ({
      gpus: cards.reading,
      inputIdleMs: partOf(presence.reading, ({ inputIdleMs }) => inputIdleMs),
      isLocked: partOf(presence.reading, ({ isLocked }) => isLocked),
      games: partOf(processes.reading, ({ games }) => games),
      onBattery: partOf(power.reading, ({ onBattery }) => onBattery),
      isLidClosed: partOf(power.reading, ({ isLidClosed }) => isLidClosed),
      othersCpuShare: partOf(processes.reading, ({ othersCpu }) => othersCpu),
      memory: memory.reading,
      cpuTemperatureCelsius: untold,
      network: network.reading,
    }),
  };
}

/** With the processes that use them; without, where the list of those cannot be had. */
async function readAccelerators(run: RunCommand, signal: AbortSignal): Promise<string> {
  const accelerators = ['-r', '-w', '0', '-c', 'IOAccelerator'];
  try {
    return await run('ioreg', [...accelerators, '-l'], signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof MissingToolError) {
      throw error;
    }
    return run('ioreg', [...accelerators, '-d', '1'], signal);
  }
}

function ownSeconds(
  programs: readonly PsProgram[],
  ours: ReadonlySet<number>,
): ReadonlyMap<number, number> {
  return new Map(
    programs
      .filter(({ pid }) => ours.has(pid))
      .map(({ pid, cpuSeconds }): [number, number] => [pid, cpuSeconds]),
  );
}
