/** The sensors of Linux. Most of them read /proc and /sys, which costs no process. */
import { homedir } from 'node:os';
import type { Reading } from '../../src-shared/duty.ts';
import { systemClock } from '../../src-shared/clock.ts';
import { OthersCpu, readLinuxCpuTimes } from './cpu.ts';
import { readCpuTemperature } from './cpu-temperature.ts';
import {
  attentive,
  everyMs,
  type FactSources,
  polled,
  presenceSensor,
  type SourceOptions,
} from './fact-sources.ts';
import { FullScreenWindows, withFullScreen } from './games/full-screen.ts';
import { GameFinder } from './games/game-finder.ts';
import { findGameFolders } from './games/launcher-folders.ts';
import { linuxGraphics } from './gpu/linux-graphics.ts';
import { readLinuxMemory } from './memory.ts';
import { readLinuxNetwork } from './network.ts';
import { readLinuxPower } from './power.ts';
import { readLinuxPresence, readOtherSessions } from './presence.ts';
import { known, mapReading, partOf } from './reading.ts';
import { runCommand } from '../base/run-command.ts';
import { LinuxPrograms } from './games/running-programs.ts';

export function linuxSources(options: SourceOptions): FactSources {
  const { own, procRoot = '/proc', sysRoot = '/sys', environment = process.env } = options;
  const { runCommand: run = runCommand, clock = systemClock, home = homedir() } = options;
  const isX11 =
    environment['DISPLAY'] !== undefined && environment['WAYLAND_DISPLAY'] === undefined;

  const graphics = linuxGraphics(options);
  const presence = presenceSensor(options, (runner, signal) =>
    readLinuxPresence(runner, signal, environment),
  );
  // Electron knows only the input on the owner's own screen.
  const others = polled(options, 'other-use', everyMs.tool, async (signal) =>
    known(await readOtherSessions(run, signal, environment)),
  );
  const programs = new LinuxPrograms(procRoot, clock);
  const finder = new GameFinder({
    ...options,
    clock,
    folders: () => findGameFolders({ platform: 'linux', home, environment }),
  });
  const games = polled(
    options,
    'processes',
    attentive(options, everyMs.look, everyMs.start),
    async () => finder.find(await programs.read()),
  );
  const windows = new FullScreenWindows(run);
  const fullScreen = polled(options, 'full-screen-window', everyMs.tool, async (signal) =>
    known(await windows.find(signal)),
  );
  const power = polled(options, 'power-supply', everyMs.tool, async (signal) =>
    known(await readLinuxPower(run, signal, { sysRoot, procRoot })),
  );
  const load = new OthersCpu(
    () => readLinuxCpuTimes(own().pids, procRoot),
    () => clock.now(),
  );
  const cpu = polled(options, 'processor-load', everyMs.look, (signal) => load.read(signal));
  const memory = polled(options, 'memory', everyMs.look, () => readLinuxMemory(procRoot, sysRoot));
  const temperature = polled(options, 'processor-temperature', everyMs.tool, () =>
    readCpuTemperature(sysRoot),
  );
  const network = polled(options, 'network', everyMs.slow, (signal) =>
    readLinuxNetwork(run, signal, procRoot),
  );

  return {
    running: [
      ...graphics.running,
      presence,
      ...(options.presence === undefined ? [] : [others]),
      games,
      ...(isX11 ? [fullScreen] : []),
      power,
      cpu,
      memory,
      temperature,
      network,
    ],
    facts: () => ({
      gpus: graphics.reading(),
      inputIdleMs: partOf(presence.reading, ({ inputIdleMs }) =>
        options.presence === undefined ? inputIdleMs : leastOf(inputIdleMs, others.reading),
      ),
      isLocked: partOf(presence.reading, ({ isLocked }) => isLocked),
      games: mapReading(games.reading, (running) =>
        // Where the window cannot be read, the processes still count.
        withFullScreen(
          running,
          fullScreen.reading.isKnown ? fullScreen.reading.value : null,
          own().pids,
        ),
      ),
      onBattery: partOf(power.reading, ({ onBattery }) => onBattery),
      isLidClosed: partOf(power.reading, ({ isLidClosed }) => isLidClosed),
      othersCpuShare: cpu.reading,
      memory: memory.reading,
      cpuTemperatureCelsius: temperature.reading,
      network: network.reading,
    }),
  };
}

/** The owner does not count as away before both have been read. */
function leastOf(one: Reading<number>, other: Reading<number>): Reading<number> {
  return partOf(one, (value) => mapReading(other, (another) => Math.min(value, another)));
}
