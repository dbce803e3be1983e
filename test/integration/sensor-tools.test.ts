import { access, writeFile } from 'node:fs/promises';
import { missingWords } from '../../src-shared/words/words.ts';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { GpuFacts, Reading } from '../../src-shared/duty.ts';
import { lookUpGraphicsNames } from '../../src-main/sensors/gpu/graphics-names.ts';
import { NvidiaCards } from '../../src-main/sensors/gpu/nvidia-cards.ts';
import { known, unknown } from '../../src-main/sensors/reading.ts';
import { type Clock, systemClock } from '../../src-shared/clock.ts';
import { runCommand } from '../../src-main/base/run-command.ts';
import { PolledSensor } from '../../src-main/sensors/sensor.ts';
import { WindowsWatch } from '../../src-main/sensors/windows/watch.ts';
import { type FakeTool, fakeTool } from '../support/machine/fake-tool.ts';
import { eventually, eventuallyTrue, isAlive } from '../support/host/host-processes.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const uuids = [
  'GPU-00000000-1111-2222-3333-444444444444',
  'GPU-55555555-6666-7777-8888-999999999999',
];

function cardLine(index: number, percent: number): string {
  return `${index}, ${uuids[index]}, 00000000:0${index + 1}:00.0, 550.54.14, ${percent}, 8192, 4096, 55, 80.1, 40, NVIDIA GeForce RTX 3070`;
}

const noEngines: ReadonlySet<number> = new Set();

function watched(
  command: string,
  gpuPids: () => ReadonlySet<number> = () => noEngines,
  clock: Clock = systemClock,
): NvidiaCards {
  const own = (): { pids: ReadonlySet<number>; gpuPids: ReadonlySet<number> } => {
    const pids = gpuPids();
    return { pids, gpuPids: pids };
  };
  const cards = new NvidiaCards({ own, command, everyMs: 100, clock });
  onTestFinished(() => cards.stop());
  cards.start(() => {});
  return cards;
}

function reasonOf(cards: NvidiaCards, words: string): Promise<string> {
  return eventually(`unknown because of "${words}"`, () => {
    const { reading } = cards;
    return !reading.isKnown && missingWords(reading.reason).includes(words)
      ? missingWords(reading.reason)
      : undefined;
  });
}

function factsOf(cards: NvidiaCards): readonly GpuFacts[] {
  return cards.reading.isKnown ? cards.reading.value.map(({ facts }) => facts) : [];
}

function shows(
  cards: NvidiaCards,
  index: number,
  field: 'utilisation' | 'othersUtilisation' | 'othersMemoryBytes',
  reading: Reading<number>,
): Promise<void> {
  return eventuallyTrue(`${field} ${JSON.stringify(reading)}`, () =>
    isDeepStrictEqual(factsOf(cards)[index]?.[field], reading),
  );
}

describe.skipIf(process.platform === 'win32')('nvidia-smi', () => {
  it('that is not installed', async () => {
    const cards = watched(join(await temporaryFolder(), 'nvidia-smi'));
    expect(await reasonOf(cards, 'installed')).toBe('nvidia-smi is not installed');
  });

  it('that hangs from the start is ended, and started again later', async () => {
    const tool = await fakeTool('sleep 1000');
    const cards = watched(tool.command);
    expect(await reasonOf(cards, 'not ready')).toBe(
      'nvidia-smi was not ready after 0.8 seconds and was ended',
    );
    await eventuallyTrue('a second start', async () => (await tool.pids()).length >= 2);
  });

  it('that hangs after a while is found out, and believed again once it answers', async () => {
    const tool = await fakeTool(`
echo "${cardLine(0, 12)}"
if [ ! -e "$here/again" ]; then touch "$here/again"; sleep 1000; fi
while :; do echo "${cardLine(0, 34)}"; sleep 0.1; done`);
    const cards = watched(tool.command);
    await shows(cards, 0, 'utilisation', known(0.12));
    expect(await reasonOf(cards, 'nothing')).toBe('nvidia-smi said nothing for 0.8 seconds');
    await shows(cards, 0, 'utilisation', known(0.34));
    const [first = 0] = await tool.pids();
    expect(isAlive(first)).toBe(false);
  });

  it('that keeps answering is left alone', async () => {
    const line = cardLine(0, 77).replace('77', '$percent');
    const tool = await fakeTool(`
percent=0
while :; do percent=$((percent + 1)); echo "${line}"; sleep 0.1; done`);
    const cards = watched(tool.command);
    await eventuallyTrue('more lines than its deadline has room for', () => {
      const [card] = factsOf(cards);
      return card?.utilisation.isKnown === true && card.utilisation.value >= 0.2;
    });
    expect(await tool.pids()).toHaveLength(1);
  });

  it('that is read anew after a sleep forgets what it said before', async () => {
    const tool = await fakeTool(`
echo "${cardLine(0, 12)}"
while [ ! -e "$here/awake" ]; do sleep 0.1; done
while :; do echo "${cardLine(0, 34)}"; sleep 0.1; done`);
    const cards = watched(tool.command);
    await shows(cards, 0, 'utilisation', known(0.12));
    cards.refresh();
    expect(cards.reading).toEqual(unknown({ code: 'asked-anew', tool: 'nvidia-smi' }));
    await writeFile(join(tool.folder, 'awake'), '');
    await shows(cards, 0, 'utilisation', known(0.34));
  });

  it('that prints nonsense, without end or line feeds', async () => {
    const words = await fakeTool(
      'while :; do echo "NVIDIA-SMI has failed because it could not talk to the driver."; sleep 0.1; done',
    );
    expect(await reasonOf(watched(words.command), 'unexpected')).toBe(
      'nvidia-smi printed something unexpected: "NVIDIA-SMI has failed because it could not talk to the driver."',
    );
    const flood = await fakeTool('exec head -c 20000000 /dev/zero');
    await reasonOf(watched(flood.command), 'unexpected');
  });

  it('that dies', async () => {
    const tool = await fakeTool('echo "Failed to initialize NVML: Unknown Error" >&2; exit 255');
    expect(await reasonOf(watched(tool.command), 'NVML')).toContain('Failed to initialize NVML');
  });

  it('that lost one of two cards leaves it listed, with nothing known of it', async () => {
    const tool = await fakeTool(`
echo "${cardLine(0, 10)}"; echo "${cardLine(1, 20)}"
while :; do echo "${cardLine(0, 30)}"; sleep 0.1; done`);
    const cards = watched(tool.command);
    await shows(cards, 1, 'utilisation', known(0.2));
    await shows(cards, 1, 'utilisation', unknown({ code: 'untold', fact: 'nvidia-card' }));
    expect(factsOf(cards).map(({ id }) => id)).toEqual(uuids);
    expect(factsOf(cards)[0]?.utilisation).toEqual(known(0.3));
  });

  it('that reports a card as lost keeps its identity', async () => {
    const lost = Array.from({ length: 9 }, () => '[GPU is lost]').join(', ');
    const tool = await fakeTool(`
echo "${cardLine(0, 10)}"; sleep 0.3
while :; do echo "0, [GPU is lost], ${lost}"; sleep 0.1; done`);
    const cards = watched(tool.command);
    await shows(cards, 0, 'utilisation', known(0.1));
    await shows(
      cards,
      0,
      'utilisation',
      unknown({ code: 'strange-value', field: 'load', text: '[GPU is lost]' }),
    );
    expect(factsOf(cards)[0]).toMatchObject({ id: uuids[0], name: 'NVIDIA GeForce RTX 3070' });
  });

  const withMonitor = `
if [ "$1" = pmon ]; then
  touch "$here/monitored"
  while :; do
    echo "# gpu         pid   type     sm    mem    enc    dec    jpg    ofa     fb   ccpm    command"
    echo "# Idx           #    C/G      %      %      %      %      %      %     MB     MB    name"
    echo "    0       4242     C     70      7      -      -      -      -   3000      0    node"
    echo "    0       9999     G     15      2      -      -      -      -    500      0    Xorg"
    sleep 0.1
  done
fi
while :; do echo "${cardLine(0, 85)}"; sleep 0.1; done`;

  it('separates our engines from others, by a second process only while there are engines', async () => {
    const tool = await fakeTool(withMonitor);
    let engines: ReadonlySet<number> = new Set();
    let laterMs = 0;
    const clock = { ...systemClock, now: () => systemClock.now() + laterMs };
    const cards = watched(tool.command, () => engines, clock);
    await shows(cards, 0, 'othersUtilisation', known(0.85));
    await expect(access(join(tool.folder, 'monitored'))).rejects.toThrow('ENOENT');
    engines = new Set([4242]);
    await shows(cards, 0, 'othersUtilisation', known(0.15));
    await shows(cards, 0, 'othersMemoryBytes', known(500 * 1024 ** 2));
    const [, monitor = 0] = await tool.pids();
    engines = new Set();
    laterMs = 10_000;
    await eventuallyTrue('the second process gone', () => !isAlive(monitor));
    await shows(cards, 0, 'othersUtilisation', known(0.85));
  });

  it('holds what was known of others while its second process starts, then says what is wrong with that', async () => {
    const tool = await fakeTool(`
if [ "$1" = pmon ]; then echo "Not supported on the device(s)"; exit 3; fi
while :; do echo "${cardLine(0, 0)}"; sleep 0.1; done`);
    let engines: ReadonlySet<number> = new Set();
    let laterMs = 0;
    const clock = { ...systemClock, now: () => systemClock.now() + laterMs };
    const cards = watched(tool.command, () => engines, clock);
    await shows(cards, 0, 'othersUtilisation', known(0));
    engines = new Set([4242]);
    await eventuallyTrue('the second process', async () => (await tool.pids()).length > 1);
    expect(factsOf(cards)[0]?.othersUtilisation).toEqual(known(0));
    laterMs = 10_000;
    await shows(
      cards,
      0,
      'othersUtilisation',
      unknown({
        code: 'strange-line',
        tool: 'nvidia-smi pmon',
        line: 'Not supported on the device(s)',
      }),
    );
  });

  it('is gone when the watching has stopped, whatever it was doing', async () => {
    const tools: FakeTool[] = [];
    for (const script of ['sleep 1000', withMonitor, "trap '' TERM; while :; do sleep 0.1; done"]) {
      const tool = await fakeTool(script);
      tools.push(tool);
      const cards = watched(tool.command, () => new Set([4242]));
      await eventuallyTrue('its process', async () => (await tool.pids()).length > 0);
      await cards.stop();
    }
    for (const tool of tools) {
      expect((await tool.pids()).filter(isAlive)).toEqual([]);
    }
  });
});

describe.skipIf(process.platform === 'win32')('a tool that runs for one answer', () => {
  const { signal } = new AbortController();

  it('gives its answer, with the words of no particular language', async () => {
    const tool = await fakeTool('echo "$LC_ALL $1"');
    expect(await runCommand(tool.command, ['x y'], signal)).toBe('C x y\n');
  });

  it.each([
    ['echo "no such session" >&2; exit 4', 'failed with code 4: no such session'],
    ['head -c 5000000 /dev/zero', 'printed far more than it should'],
  ])('that does %j is told apart', async (script, words) => {
    const tool = await fakeTool(script);
    await expect(runCommand(tool.command, [], signal)).rejects.toThrow(words);
  });

  it('that is missing is told apart', async () => {
    await expect(runCommand('/nonexistent/xprintidle', [], signal)).rejects.toThrow(
      '/nonexistent/xprintidle is not installed',
    );
  });

  it('that hangs is killed when its time is over', async () => {
    const tool = await fakeTool('exec sleep 1000');
    const sensor = new PolledSensor({
      source: 'power-supply',
      everyMs: () => 600_000,
      withinMs: 500,
      read: async (signal) => known(await runCommand(tool.command, [], signal)),
    });
    onTestFinished(() => sensor.stop());
    sensor.start(() => {});
    const reason = await eventually('given up', () => {
      const { reading } = sensor;
      return !reading.isKnown && missingWords(reading.reason).includes('within')
        ? missingWords(reading.reason)
        : undefined;
    });
    expect(reason).toBe('The power supply did not answer within 0.5 seconds');
    await eventuallyTrue('killed', async () => !(await tool.pids()).some(isAlive));
  });

  it('is killed when the watching stops', async () => {
    const tool = await fakeTool('exec sleep 1000');
    const sensor = new PolledSensor({
      source: 'power-supply',
      everyMs: () => 600_000,
      withinMs: 600_000,
      read: async (signal) => known(await runCommand(tool.command, [], signal)),
    });
    sensor.start(() => {});
    await eventuallyTrue('its process', async () => (await tool.pids()).length > 0);
    await sensor.stop();
    const [pid = 0] = await tool.pids();
    await eventuallyTrue('killed', () => !isAlive(pid));
    expect(await tool.pids()).toEqual([pid]);
  });

  it('finds names of cards in a process of its own', async () => {
    expect(await lookUpGraphicsNames(runCommand, process.execPath, signal)).toBeInstanceOf(Map);
  });
});

describe.skipIf(process.platform === 'win32')('the one process that tells about Windows', () => {
  const script = String.raw`
printf 'begin\nend\tadapters\nend\tfolders\n'
while :; do
  printf 'idle\t%s\nlocked\tFalse\npower\tOnline\nend\towner\n' "$(cat "$here/idle")"
  sleep 0.1
done`;

  const played = { args: [], silentWithinMs: 20_000, hasEngines: () => false };

  it('is heard, and asked anew on demand', async () => {
    const tool = await fakeTool(script);
    await writeFile(join(tool.folder, 'idle'), '1000');
    const watch = new WindowsWatch({ ...played, command: tool.command });
    onTestFinished(() => watch.stop());
    let changes = 0;
    watch.start(() => {
      changes += 1;
    });
    const idle = (): number | undefined =>
      watch.sections.owner.isKnown ? watch.sections.owner.value.idleMs : undefined;
    await eventuallyTrue('first answer', () => idle() === 1000);
    expect(changes).toBeGreaterThan(0);
    await writeFile(join(tool.folder, 'idle'), '2000');
    watch.refresh();
    expect(watch.sections.owner).toEqual(unknown({ code: 'asked-anew', tool: 'Windows' }));
    await eventuallyTrue('the answer after that', () => idle() === 2000);
    expect((await tool.pids()).filter(isAlive)).toHaveLength(1);
  });

  it('makes all unknown when it is missing', async () => {
    const watch = new WindowsWatch({ ...played, command: '/nonexistent/powershell.exe' });
    onTestFinished(() => watch.stop());
    watch.start(() => {});
    await eventuallyTrue('the reason', () => {
      const { load } = watch.sections;
      return !load.isKnown && missingWords(load.reason) === 'PowerShell is not installed';
    });
    expect(watch.sections.owner).toEqual(unknown({ code: 'not-installed', tool: 'PowerShell' }));
  });
});
