/** The sensors of Windows: one PowerShell reads nearly everything, and nvidia-smi the rest of NVIDIA's cards. */
import { homedir } from 'node:os';
import type { Reading, RunningGame } from '../../src-shared/duty.ts';
import { systemClock } from '../../src-shared/clock.ts';
import { OthersCpu, readCpuTimes } from './cpu.ts';
import {
  attentive,
  everyMs,
  type FactSources,
  hasEngines,
  polled,
  presenceSensor,
  type Running,
  type SourceOptions,
} from './fact-sources.ts';
import { withFullScreen } from './games/full-screen.ts';
import { GameFinder } from './games/game-finder.ts';
import { GraphicsCards } from './gpu/graphics-cards.ts';
import { findGameFolders } from './games/launcher-folders.ts';
import { readWindowsMemory } from './memory.ts';
import { readInterfaces } from './network.ts';
import { NvidiaCards } from './gpu/nvidia-cards.ts';
import { RecentGpuPids } from './own-processes.ts';
import { windowsPower } from './power.ts';
import { windowsPresence } from './presence.ts';
import { mapReading, partOf, unknown } from './reading.ts';
import type { RunningProgram } from './games/running-programs.ts';
import { windowsCards } from './gpu/windows-cards.ts';
import type { WindowsProcesses } from './windows/records.ts';
import { WindowsWatch } from './windows/watch.ts';

export function windowsSources(
  options: SourceOptions,
  watch = new WindowsWatch({ hasEngines: () => hasEngines(options) }),
): FactSources {
  const { own, environment = process.env, home = homedir(), nvidiaCommand } = options;
  const { clock = systemClock } = options;
  const ours = new RecentGpuPids(own, clock);
  const nvidia = new NvidiaCards({
    own,
    clock,
    everyMs: everyMs.glance,
    ...(nvidiaCommand === undefined ? {} : { command: nvidiaCommand }),
  });
  const merged = new GraphicsCards();
  const presence = presenceSensor(options, () =>
    Promise.resolve(windowsPresence(watch.sections.owner)),
  );
  const finder = new GameFinder({
    ...options,
    clock,
    folders: async () => {
      const told = watch.sections.folders.isKnown ? watch.sections.folders.value : [];
      const steam = told.filter(({ launcher }) => launcher === 'Steam').map(({ path }) => path);
      const games = told.filter(({ launcher }) => launcher !== 'Steam');
      return [
        ...(await findGameFolders({ platform: 'win32', home, environment }, steam)),
        ...games.map(({ path, name }) => ({ path, game: name === '' ? null : name })),
      ];
    },
  });
  const games = polled<readonly RunningGame[]>(
    options,
    'processes',
    attentive(options, everyMs.look),
    // The folders are looked up once, so the registry's output has to be there before.
    async () =>
      watch.sections.folders.isKnown
        ? finder.find(mapReading(watch.sections.processes, toPrograms))
        : watch.sections.folders,
  );
  const load = new OthersCpu(
    () => Promise.resolve(readCpuTimes(ownSeconds(watch.sections.processes, own().pids))),
    () => clock.now(),
  );
  const cpu = polled(options, 'processor-load', everyMs.tool, (signal) =>
    watch.sections.processes.isKnown
      ? load.read(signal)
      : Promise.resolve(watch.sections.processes),
  );
  const memory = polled(options, 'memory', everyMs.look, () =>
    Promise.resolve(readWindowsMemory()),
  );
  const untold = unknown({ code: 'untold', fact: 'processor-temperature-windows' });

  return {
    running: [
      withNews(
        watch,
        () => watch.sections.processes,
        () => games.look(),
      ),
      nvidia,
      presence,
      games,
      cpu,
      memory,
    ],
    facts: () => {
      const { owner, network } = watch.sections;
      const { onBattery, isLidClosed } = windowsPower(owner);
      return {
        gpus: merged.merge(windowsCards(watch.sections, ours.pids), nvidia.reading),
        inputIdleMs: partOf(presence.reading, ({ inputIdleMs }) => inputIdleMs),
        isLocked: partOf(presence.reading, ({ isLocked }) => isLocked),
        games: mapReading(games.reading, (running) =>
          withFullScreen(running, owner.isKnown ? owner.value.fullScreen : null, own().pids),
        ),
        onBattery,
        isLidClosed,
        othersCpuShare: cpu.reading,
        memory: memory.reading,
        cpuTemperatureCelsius: untold,
        network: network.isKnown ? network : readInterfaces(),
      };
    },
  };
}

/** The same part, which also calls `onNew` for each new reading of one kind. */
function withNews(part: Running, reading: () => Reading<unknown>, onNew: () => void): Running {
  let before: Reading<unknown> | undefined;
  return {
    start: (onChange) =>
      part.start(() => {
        const now = reading();
        if (now !== before && now.isKnown) {
          onNew();
        }
        before = now;
        onChange();
      }),
    refresh: () => part.refresh(),
    retime: () => part.retime?.(),
    stop: () => part.stop(),
  };
}

function toPrograms({ paths }: WindowsProcesses): RunningProgram[] {
  return [...paths].map(([pid, path]) => ({ pid, paths: [path] }));
}

function ownSeconds(
  processes: Reading<WindowsProcesses>,
  ours: ReadonlySet<number>,
): ReadonlyMap<number, number> {
  return processes.isKnown
    ? new Map([...processes.value.cpuSeconds].filter(([pid]) => ours.has(pid)))
    : new Map();
}
