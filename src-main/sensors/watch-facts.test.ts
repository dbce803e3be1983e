import { setImmediate as nextTurn } from 'node:timers/promises';
import { missingWords } from '../../src-shared/words/words.ts';
import { expect, it, onTestFinished } from 'vitest';
import { addFiles, fileTree } from '../../test/support/machine/file-tree.ts';
import { eventuallyTrue } from '../../test/support/host/host-processes.ts';
import { ManualClock } from '../../test/support/machine/sensor-clock.ts';
import type { Facts } from '../../src-shared/duty.ts';
import type { SourceOptions } from './fact-sources.ts';
import { linuxSources } from './linux-sources.ts';
import { macSources } from './mac-sources.ts';
import { known, unknown } from './reading.ts';
import type { RunCommand } from '../base/run-command.ts';
import { watchFacts } from './watch-facts.ts';

const own = { pids: new Set([7]), gpuPids: new Set<number>() };
const ignore = (): void => {};
const { signal } = new AbortController();
const noTools: RunCommand = (command) => Promise.reject(new Error(`no ${command}`));

async function laptop(): Promise<{ options: SourceOptions; clock: ManualClock }> {
  const home = await fileTree({
    '.local/share/Steam/steamapps/libraryfolders.vdf': '"libraryfolders"\n{\n}\n',
  });
  const clock = new ManualClock();
  const options: SourceOptions = {
    own: () => own,
    exclusiveApps: () => ['blender'],
    nodeExecutable: process.execPath,
    presence: () => ({ inputIdleMs: known(420_000), isLocked: known(true) }),
    runCommand: noTools,
    nvidiaCommand: '/nonexistent/nvidia-smi',
    clock,
    home,
    environment: {},
    sysRoot: await fileTree({
      'bus/pci/devices/0000:0b:00.0/class': '0x030000\n',
      'bus/pci/devices/0000:0b:00.0/vendor': '0x1002\n',
      'bus/pci/devices/0000:0b:00.0/device': '0x744c\n',
      'bus/pci/devices/0000:0b:00.0/gpu_busy_percent': '7\n',
      'class/power_supply/AC/type': 'Mains\n',
      'class/power_supply/AC/online': '0\n',
      'class/power_supply/BAT0/type': 'Battery\n',
      'class/power_supply/BAT0/status': 'Discharging\n',
      'class/hwmon/hwmon0/name': 'k10temp\n',
      'class/hwmon/hwmon0/temp1_input': '48500\n',
    }),
    procRoot: await fileTree({
      stat: 'cpu  100 0 0 900 0 0 0 0 0 0\n',
      '7/stat': '7 (node) S 1 2 3 4 5 6 7 8 9 10 30 10 0 0\n',
      '50/cmdline': `${home}/.local/share/Steam/steamapps/common/Hades/Hades\0`,
      '51/cmdline': '/opt/blender/blender\0',
      'acpi/button/lid/LID/state': 'state:      open\n',
    }),
  };
  return { options, clock };
}

it('composes all of a Linux laptop into one record, and ends without a timer', async () => {
  const { options, clock } = await laptop();
  const records: Facts[] = [];
  const watch = watchFacts({
    ...options,
    sources: linuxSources(options),
    onChange: (facts) => records.push(facts),
  });
  expect(watch.facts.games).toEqual(unknown({ code: 'not-read-yet', source: 'processes' }));
  watch.start();
  onTestFinished(() => watch.stop());
  await eventuallyTrue('all that can be read', () => {
    const { gpus, games, cpuTemperatureCelsius, onBattery, network } = watch.facts;
    return [gpus, games, cpuTemperatureCelsius, onBattery, network].every(({ isKnown }) => isKnown);
  });
  expect(watch.facts).toMatchObject({
    gpus: known([{ vendor: 'amd', utilisation: known(0.07), othersUtilisation: known(0.07) }]),
    inputIdleMs: known(420_000),
    isLocked: known(true),
    games: known([
      { name: 'Hades', foundBy: 'launcher folder' },
      { name: 'blender', foundBy: 'exclusive apps' },
    ]),
    onBattery: known(true),
    isLidClosed: known(false),
    othersCpuShare: { isKnown: false },
    cpuTemperatureCelsius: known(48.5),
  });
  await eventuallyTrue('the newest record told', () => records.at(-1)?.games.isKnown === true);
  expect(Object.isFrozen(records.at(-1))).toBe(true);
  await watch.stop();
  expect(clock.timers).toBe(0);
});

it('counts a second person beside what the desktop app knows of its own screen', async () => {
  const { options } = await laptop();
  const answers: Readonly<Record<string, string>> = {
    'list-sessions': '2 1000 ann seat0 tty2\n5 1001 bob seat1 tty3\n',
    'show-session': 'Id=5\nUser=1001\nClass=user\nType=x11\nState=active\nIdleHint=no\n',
  };
  const runCommand: RunCommand = (command, args) =>
    command === 'loginctl'
      ? Promise.resolve(answers[args[0] ?? ''] ?? '')
      : noTools(command, args, signal);
  const sources = linuxSources({ ...options, runCommand });
  const watch = watchFacts({ ...options, sources, onChange: ignore });
  expect(watch.facts.inputIdleMs.isKnown).toBe(false);
  watch.start();
  onTestFinished(() => watch.stop());
  await eventuallyTrue('the time', () => watch.facts.inputIdleMs.isKnown);
  expect(watch.facts.inputIdleMs).toEqual(known(0));
});

it('tells a change once, and nothing when nothing changed or after its end', async () => {
  let value = 1;
  let announce: () => void = ignore;
  const { options } = await laptop();
  const { facts } = linuxSources(options);
  const records: Facts[] = [];
  const sensor = {
    start: (onChange: () => void) => {
      announce = onChange;
    },
    stop: () => Promise.resolve(),
    refresh: () => {
      value = 100;
      announce();
    },
  };
  const watch = watchFacts({
    ...options,
    sources: {
      running: [sensor],
      facts: () => ({ ...facts(), cpuTemperatureCelsius: known(value) }),
    },
    onChange: (record) => records.push(record),
  });
  const told = (): unknown[] =>
    records.map(({ cpuTemperatureCelsius: heat }) => heat.isKnown && heat.value);
  watch.refresh();
  watch.start();
  announce();
  value = 2;
  announce();
  await nextTurn();
  expect(told()).toEqual([2]);
  announce();
  await nextTurn();
  expect(told()).toEqual([2]);
  watch.refresh();
  await nextTurn();
  expect(told()).toEqual([2, 100]);
  value = 3;
  announce();
  await watch.stop();
  announce();
  await nextTurn();
  expect(told()).toEqual([2, 100]);
});

it('reads a Mac’s card without its processes where the list of them cannot be had', async () => {
  const { options } = await laptop();
  const asked: string[] = [];
  const sources = macSources(
    {
      ...options,
      runCommand: (command, args) => {
        if (!args.includes('IOAccelerator')) {
          return Promise.resolve('');
        }
        asked.push(`${command} ${args.join(' ')}`);
        return args.includes('-l')
          ? Promise.reject(new Error('stdout maxBuffer length exceeded'))
          : Promise.resolve('+-o AGX  <class AGX>\n  "model" = "Apple M2"\n');
      },
    },
    'darwin',
  );
  const watch = watchFacts({ ...options, sources, onChange: () => {} });
  watch.start();
  onTestFinished(() => watch.stop());
  await eventuallyTrue('the card', () => watch.facts.gpus.isKnown);
  expect(asked).toEqual([
    'ioreg -r -w 0 -c IOAccelerator -l',
    'ioreg -r -w 0 -c IOAccelerator -d 1',
  ]);
});

it('composes macOS from the answers of its tools', async () => {
  const { options } = await laptop();
  const answers: Readonly<Record<string, string>> = {
    ps: '    1   0:33.11 /sbin/launchd\n  501   1:02.50 /opt/blender/blender\n',
    pmset: "Now drawing from 'AC Power'\n",
    ioreg:
      '+-o AGX  <class AGX>\n  "model" = "Apple M2"\n  "PerformanceStatistics" = {"Device Utilization %"=4}\n',
  };
  const sources = macSources(
    { ...options, runCommand: (command) => Promise.resolve(answers[command] ?? '') },
    'darwin',
  );
  const watch = watchFacts({ ...options, sources, onChange: () => {} });
  watch.start();
  onTestFinished(() => watch.stop());
  await eventuallyTrue('all answers', () => {
    const { gpus, games, onBattery, inputIdleMs, network } = watch.facts;
    return [gpus, games, onBattery, inputIdleMs, network].every(({ isKnown }) => isKnown);
  });
  expect(watch.facts).toMatchObject({
    gpus: known([{ name: 'Apple M2', utilisation: known(0.04) }]),
    games: known([{ name: 'blender', foundBy: 'exclusive apps' }]),
    onBattery: known(false),
    isLidClosed: known(false),
    cpuTemperatureCelsius: unknown({ code: 'other-system', system: 'darwin' }),
  });
});

it('looks for programs that start twice a second as soon as engines are loaded', async () => {
  const { options, clock } = await laptop();
  let gpuPids = new Set<number>();
  const sources = linuxSources({ ...options, own: () => ({ pids: new Set([7]), gpuPids }) });
  const watch = watchFacts({ ...options, sources, onChange: ignore });
  watch.retime();
  watch.start();
  onTestFinished(() => watch.stop());
  await eventuallyTrue('the first look', () => watch.facts.games.isKnown);
  const { procRoot = '', home = '' } = options;
  await clock.pass(4100);
  const start = async (pid: number, game: string): Promise<void> =>
    addFiles(procRoot, {
      [`${pid}/cmdline`]: `${home}/.local/share/Steam/steamapps/common/${game}/x\0`,
    });
  const isSeen = (game: string): boolean =>
    watch.facts.games.isKnown && watch.facts.games.value.some(({ name }) => name === game);

  await start(60, 'Portal');
  watch.retime();
  await clock.pass(1000);
  expect(isSeen('Portal')).toBe(false);
  gpuPids = new Set([8]);
  watch.retime();
  await clock.pass(500);
  await eventuallyTrue('the game', () => isSeen('Portal'));
  await start(61, 'Factorio');
  await clock.pass(500);
  await eventuallyTrue('the next game', () => isSeen('Factorio'));
});

it('asks ps twice a second while engines are loaded, and takes the load over ten seconds all the same', async () => {
  const { options, clock } = await laptop();
  // As recorded in the tests of running programs.
  let programs = '    1   0:33.11 /sbin/launchd\n';
  let asked = 0;
  const runCommand: RunCommand = (command) => {
    asked += command === 'ps' ? 1 : 0;
    return Promise.resolve(command === 'ps' ? programs : '');
  };
  let gpuPids = new Set<number>();
  const sources = macSources(
    { ...options, runCommand, own: () => ({ pids: new Set([7]), gpuPids }) },
    'darwin',
  );
  const watch = watchFacts({ ...options, sources, onChange: ignore });
  watch.start();
  onTestFinished(() => watch.stop());
  await eventuallyTrue('the first look', () => watch.facts.games.isKnown);
  await clock.pass(10_100);
  expect(asked).toBe(2);
  const load = watch.facts.othersCpuShare;
  expect(load.isKnown).toBe(true);
  gpuPids = new Set([8]);
  watch.retime();
  programs += '  501   0:00.10 /opt/blender/blender\n';
  await clock.pass(500);
  expect(watch.facts.games).toEqual(known([{ name: 'blender', foundBy: 'exclusive apps' }]));
  await clock.pass(9000);
  expect(asked).toBe(21);
  expect(watch.facts.othersCpuShare).toBe(load);
});

it('knows little of a system that is none of the three, and says so', async () => {
  const { options } = await laptop();
  const { presence: _, ...asked } = options;
  const sources = macSources(asked, 'freebsd');
  const watch = watchFacts({ ...options, sources, onChange: () => {} });
  watch.start();
  onTestFinished(() => watch.stop());
  await eventuallyTrue('its answers', () => {
    const { games } = watch.facts;
    return !games.isKnown && missingWords(games.reason).includes('no ps');
  });
  const reason = unknown({ code: 'other-system', system: 'freebsd' });
  expect(watch.facts).toMatchObject({ gpus: reason, inputIdleMs: reason, onBattery: reason });
});
