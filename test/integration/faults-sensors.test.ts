/**
 * Each tool that the sensors run on Linux, as a real process that is missing, hangs, or prints nonsense. Its readings
 * are unknown then, or come from another source; no other reading is lost, and no process stays. nvidia-smi runs all
 * the time and has most of its tests in sensor-tools.test.ts.
 */
import { missingWords } from '../../src-shared/words/words.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { linuxSources } from '../../src-main/sensors/linux-sources.ts';
import { NvidiaCards } from '../../src-main/sensors/gpu/nvidia-cards.ts';
import { known, unknown } from '../../src-main/sensors/reading.ts';
import { type RunCommand, runCommand } from '../../src-main/base/run-command.ts';
import { type FactsWatch, watchFacts } from '../../src-main/sensors/watch-facts.ts';
import type { Facts } from '../../src-shared/duty.ts';
import { reasonsFor } from '../support/host/duty-inputs.ts';
import { type FakeTool, fakeTool } from '../support/machine/fake-tool.ts';
import { fileTree } from '../support/machine/file-tree.ts';
import { eventually, eventuallyTrue, isAlive } from '../support/host/host-processes.ts';
import { ManualClock } from '../support/machine/sensor-clock.ts';

/** Output of working tools on a laptop in use, whose session has been idle for a while. */
const wellBehaved: Readonly<Record<string, string>> = {
  loginctl: `
if [ "$1" = list-sessions ]; then echo "2 1000 anna seat0 tty2 active no -"; exit; fi
printf 'Id=2\\nClass=user\\nType=x11\\nState=active\\nIdleHint=yes\\nIdleSinceHintMonotonic=1000\\nLockedHint=no\\n'`,
  xprintidle: 'echo 4321',
  xprop: `
if [ "$1" = -root ]; then echo "_NET_ACTIVE_WINDOW: window id # 0x3a00007"; exit; fi
printf '_NET_WM_STATE = _NET_WM_STATE_FULLSCREEN\\n_NET_WM_PID = 4242\\nWM_CLASS = "mpv", "mpv"\\n'`,
  busctl: `
case "$*" in *LidClosed*) echo "b false";; *) printf 'u 70\\nu 4\\n';; esac`,
  names: `echo '[{"busAddress":"0b:00.0","model":"Radeon RX 7900 XTX","vendor":"AMD"}]'`,
};
type Tool = keyof typeof wellBehaved;

const faults: Readonly<Record<string, string | null>> = {
  'is missing': null,
  hangs: 'exec sleep 1000',
  'prints nonsense': `printf 'u fish\\n\\0\\377window id # 0xzz, IdleHint=perhaps {"busAddress":1}\\n'`,
  'prints without end': 'exec head -c 50000000 /dev/zero',
  fails: 'echo "Failed to connect to bus: No such file or directory" >&2; exit 1',
};
type Fault = 'is missing' | 'hangs' | 'prints nonsense' | 'prints without end' | 'fails';

const files = {
  'bus/pci/devices/0000:0b:00.0/class': '0x030000\n',
  'bus/pci/devices/0000:0b:00.0/vendor': '0x1002\n',
  'bus/pci/devices/0000:0b:00.0/device': '0x744c\n',
  'bus/pci/devices/0000:0b:00.0/gpu_busy_percent': '7\n',
  'class/power_supply/AC/type': 'Mains\n',
  'class/power_supply/AC/online': '1\n',
  'class/power_supply/BAT0/type': 'Battery\n',
  'class/power_supply/BAT0/status': 'Charging\n',
  'class/hwmon/hwmon0/name': 'k10temp\n',
  'class/hwmon/hwmon0/temp1_input': '48500\n',
};

type Machine = {
  readonly watch: FactsWatch;
  readonly clock: ManualClock;
  readonly tools: FakeTool[];
};

/** A laptop on which one tool, or none, is broken. */
async function laptop(broken?: Tool, fault?: Fault): Promise<Machine> {
  const tools: FakeTool[] = [];
  const commands = new Map<string, string>();
  for (const [name, script] of Object.entries(wellBehaved)) {
    const behaviour = name === broken && fault !== undefined ? faults[fault] : script;
    if (typeof behaviour === 'string') {
      const tool = await fakeTool(behaviour);
      commands.set(name, tool.command);
      tools.push(tool);
    }
  }
  const run: RunCommand = (command, args, signal) => {
    const name = command === process.execPath ? 'names' : command;
    return runCommand(commands.get(name) ?? `/nonexistent/${name}`, args, signal);
  };
  const clock = new ManualClock();
  const options = {
    own: () => ({ pids: new Set<number>(), gpuPids: new Set<number>() }),
    exclusiveApps: () => [],
    nodeExecutable: process.execPath,
    runCommand: run,
    nvidiaCommand: '/nonexistent/nvidia-smi',
    clock,
    home: '/nonexistent',
    environment: { DISPLAY: ':0' },
    sysRoot: await fileTree(files),
    procRoot: await fileTree({
      stat: 'cpu  100 0 0 900 0 0 0 0 0 0\n',
      '50/cmdline': '/usr/bin/mpv\0',
    }),
  };
  const watch = watchFacts({ ...options, sources: linuxSources(options), onChange: () => {} });
  onTestFinished(() => watch.stop());
  watch.start();
  return { watch, clock, tools };
}

/** The readings that a hanging tool delays; all others are there without it. */
const delayed: Readonly<Record<Tool, readonly (keyof Facts)[]>> = {
  loginctl: ['inputIdleMs', 'isLocked'],
  xprintidle: ['inputIdleMs', 'isLocked'],
  xprop: ['games'],
  busctl: ['onBattery', 'isLidClosed', 'network'],
  names: [],
};

/** Waits until every poll is over, also those that timed out. */
async function firstRound({ watch, clock, tools }: Machine, hanging?: Tool): Promise<Facts> {
  const isRead = (name: keyof Facts): boolean => {
    const reading = watch.facts[name];
    return (
      reading.isKnown || !/not been read yet|not answered yet/.test(missingWords(reading.reason))
    );
  };
  const names = Object.keys(watch.facts) as (keyof Facts)[];
  if (hanging !== undefined) {
    await eventuallyTrue('all tools at work', async () =>
      (await Promise.all(tools.map((tool) => tool.pids()))).every((pids) => pids.length > 0),
    );
    // The clock is the test's own, but reading takes real time: every reading without a hanging tool has to be there.
    await eventuallyTrue('what does not hang', () =>
      names.every((name) => delayed[hanging]?.includes(name) === true || isRead(name)),
    );
    await clock.pass(5000);
  }
  await eventuallyTrue('all answers', () => names.every(isRead));
  return watch.facts;
}

const idle = unknown({ code: 'no-answer', source: 'owner-use', seconds: 5 });

/** Differences from the laptop with working tools; a fault without an entry here changes nothing. */
const consequences: Readonly<Record<Tool, Partial<Record<Fault | 'any', object>>>> = {
  loginctl: {
    'is missing': { isLocked: unknown({ code: 'not-installed', tool: '/nonexistent/loginctl' }) },
    hangs: { inputIdleMs: idle, isLocked: idle },
    any: { isLocked: { isKnown: false } },
  },
  // logind tells the same less exactly.
  xprintidle: {
    hangs: { inputIdleMs: idle, isLocked: idle },
    any: { inputIdleMs: { isKnown: true } },
  },
  // The process list still shows games.
  xprop: { any: { games: known([]) } },
  busctl: {
    hangs: {
      onBattery: { isKnown: false },
      isLidClosed: unknown({ code: 'no-answer', source: 'power-supply', seconds: 5 }),
      network: unknown({ code: 'no-answer', source: 'network', seconds: 5 }),
    },
    // The interfaces of the test's own computer are read then.
    any: {
      isLidClosed: unknown({ code: 'untold', fact: 'lid' }),
      network: { isKnown: true },
    },
  },
  names: {
    any: { gpus: known([{ name: 'AMD graphics card 0x744c' }]) },
  },
};

const wholeLaptop = {
  gpus: known([{ vendor: 'amd', utilisation: known(0.07) }]),
  inputIdleMs: known(4321),
  isLocked: known(false),
  games: { isKnown: true },
  onBattery: known(false),
  isLidClosed: known(false),
  cpuTemperatureCelsius: known(48.5),
  network: known('online'),
};

describe.skipIf(process.platform !== 'linux')('a laptop', () => {
  it('of which every tool works tells all', async () => {
    const machine = await laptop();
    await firstRound(machine);
    await eventuallyTrue('the slower tools', () => {
      const { games, gpus } = machine.watch.facts;
      const isNamed = gpus.isKnown && gpus.value.some(({ name }) => name.includes('7900'));
      return isNamed && games.isKnown && games.value.length === 1;
    });
    expect(machine.watch.facts).toMatchObject(wholeLaptop);
    expect(machine.watch.facts.games).toEqual(known([{ name: 'mpv', foundBy: 'full screen' }]));
  });

  const cases = Object.keys(wellBehaved).flatMap((tool) =>
    (Object.keys(faults) as Fault[]).map((fault): [Tool, Fault] => [tool, fault]),
  );
  it.each(cases)('of which %s %s loses what that told, and nothing else', async (tool, fault) => {
    const machine = await laptop(tool, fault);
    const facts = await firstRound(machine, fault === 'hangs' ? tool : undefined);
    const differs = consequences[tool];
    expect(facts).toMatchObject({ ...wholeLaptop, ...(differs?.[fault] ?? differs?.any) });
    await machine.watch.stop();
    const pids = (await Promise.all(machine.tools.map((each) => each.pids()))).flat();
    await eventuallyTrue('no process left', () => !pids.some(isAlive));
  });
});

describe.skipIf(process.platform !== 'linux')('files of the system', () => {
  it('that say nonsense, or are not there, make readings unknown', async () => {
    const nonsense = Object.fromEntries(
      Object.keys(files).map((path) => [path, Buffer.from([0xff, 0, 10, 0xfe, 0x31])]),
    );
    for (const content of [nonsense, {}]) {
      const clock = new ManualClock();
      const options = {
        own: () => ({ pids: new Set<number>(), gpuPids: new Set<number>() }),
        exclusiveApps: () => [],
        nodeExecutable: process.execPath,
        runCommand: (command: string) => Promise.reject(new Error(`no ${command}`)),
        nvidiaCommand: '/nonexistent/nvidia-smi',
        clock,
        home: '/nonexistent',
        environment: { DISPLAY: ':0' },
        sysRoot: await fileTree(content),
        procRoot: await fileTree({ stat: 'cpu fish\n', '12/stat': '\0' }),
      };
      const watch = watchFacts({ ...options, sources: linuxSources(options), onChange: () => {} });
      onTestFinished(() => watch.stop());
      watch.start();
      await eventuallyTrue('read', () => watch.facts.onBattery.isKnown);
      await clock.pass(10_000);
      const { cpuTemperatureCelsius, othersCpuShare } = watch.facts;
      expect([cpuTemperatureCelsius.isKnown, othersCpuShare.isKnown]).toEqual([false, false]);
      await watch.stop();
    }
  });
});

describe.skipIf(process.platform === 'win32')(
  'a graphics card that is lost while it serves',
  () => {
    const line =
      '0, GPU-00000000-1111-2222-3333-444444444444, 00000000:01:00.0, 550.54.14, 97, 8192, 4096, 71, 215.40, 60, NVIDIA GeForce RTX 3070';
    /**
     * Messages of driver 369, of 520 and of later ones about a card that the system has lost, from users' reports.
     */
    const lastWords = [
      'Unable to determine the device handle for GPU 0000:03:00.0: GPU is lost.  Reboot the system to recover this GPU',
      'Unable to determine the device handle for GPU 0000:0B:00.0: Unknown Error',
      'Unable to determine the device handle for GPU0000:07:00.0: Unknown Error',
    ];

    it.each(lastWords)(
      'is unknown when nvidia-smi says %j and ends; an engine on it then tells the fault itself',
      async (words) => {
        const tool = await fakeTool(`
if [ ! -e "$here/lost" ]; then
  touch "$here/lost"; echo "${line}"; sleep 0.3
fi
echo "${words}"; exit 15`);
        const cards = new NvidiaCards({
          own: () => ({ pids: new Set(), gpuPids: new Set() }),
          command: tool.command,
          everyMs: 100,
        });
        onTestFinished(() => cards.stop());
        cards.start(() => {});
        await eventuallyTrue('the card', () => cards.reading.isKnown);
        const reason = await eventually('the loss', () =>
          cards.reading.isKnown ? undefined : cards.reading.reason,
        );
        expect(missingWords(reason)).toContain(words.slice(0, 60));
        expect(reasonsFor({ facts: { gpus: unknown(reason) } })).toEqual([]);
      },
    );
  },
);
