import { expect, it } from 'vitest';
import { known, unknown } from '../reading.ts';
import { WindowsRecords } from './records.ts';

function recordsAfter(text: string): WindowsRecords {
  const records = new WindowsRecords();
  for (const line of text.split('\n')) {
    records.push(line);
  }
  return records;
}

const owner =
  'idle\t1250\nlocked\tFalse\nfullscreen\t4120\tCyberpunk2077\npower\tOnline\nend\towner';

it('reads what Windows tells of its owner', () => {
  expect(recordsAfter(`begin\n${owner}`).sections.owner).toEqual(
    known({
      idleMs: 1250,
      isLocked: false,
      fullScreen: { pid: 4120, name: 'Cyberpunk2077' },
      power: 'Online',
    }),
  );
});

it.each(['explorer', 'LockApp', 'Bubbles.scr', ''])(
  'takes %j for no full-screen program',
  (name) => {
    const { owner } = recordsAfter(`begin\nidle\t5\nfullscreen\t9\t${name}\nend\towner`).sections;
    expect(owner.isKnown && owner.value.fullScreen).toBeNull();
  },
);

it('does not take an idle time that could not be had for one', () => {
  const { owner } = recordsAfter('begin\nidle\t-1\nend\towner').sections;
  expect(owner.isKnown && owner.value).toMatchObject({ idleMs: undefined });
});

it('keeps track of processes that come and go', () => {
  const records = recordsAfter(
    'begin\nprocess\t4\tSystem\nprocess\t88\tC:\\Windows\\explorer.exe\ncpu\t88\t12,5\nend\tprocesses',
  );
  for (const line of [
    'process\t90\tC:\\Games\\a.exe',
    'gone\t88',
    'process\tx\ty',
    'end\tprocesses',
  ]) {
    records.push(line);
  }
  expect(records.sections.processes).toEqual(
    known({
      paths: new Map([
        [4, 'System'],
        [90, 'C:\\Games\\a.exe'],
      ]),
      cpuSeconds: new Map(),
    }),
  );
});

it('takes in programs that start between two lists of all, and keeps what only those tell', () => {
  const records = recordsAfter(
    'begin\nprocess\t4\tSystem\nprocess\t88\tC:\\Windows\\explorer.exe\ncpu\t4\t12.5\nend\tprocesses',
  );
  // In the middle of another section.
  for (const line of ['idle\t5', 'start\t88\tD:\\Games\\a.exe', 'start\tx\ty', 'end\towner']) {
    expect(records.push(line)).toBe(true);
  }
  expect(records.sections.owner).toMatchObject({ value: { idleMs: 5 } });
  expect(records.sections.processes).toEqual(
    known({
      paths: new Map([
        [4, 'System'],
        [88, 'D:\\Games\\a.exe'],
      ]),
      cpuSeconds: new Map([[4, 12.5]]),
    }),
  );
});

it('forgets a program that started and ended between two lists, but none that is still listed', () => {
  const records = recordsAfter('begin\nprocess\t4\tSystem\nend\tprocesses');
  const pidsAfter = (lines: readonly string[]): unknown => {
    for (const line of [...lines, 'end\tprocesses']) {
      records.push(line);
    }
    const { processes } = records.sections;
    return processes.isKnown && [...processes.value.paths.keys()];
  };
  // 4 is known, 90 ends at once, 91 is listed at once, 92 starts while the first list is made.
  const starts = ['start\t4\tSystem', 'start\t90\ta.exe', 'start\t91\tb.exe', 'start\t92\tc.exe'];
  expect(pidsAfter([...starts, 'process\t91\tb.exe'])).toEqual([4, 90, 91, 92]);
  expect(pidsAfter(['process\t92\tc.exe'])).toEqual([4, 91, 92]);
  expect(pidsAfter([])).toEqual([4, 91, 92]);
  expect(pidsAfter(['gone\t91'])).toEqual([4, 92]);
});

it('knows no programs from starts alone', () => {
  const { processes } = recordsAfter('begin\nstart\t88\ta.exe').sections;
  expect(processes).toEqual(unknown({ code: 'not-answered-yet', tool: 'Windows' }));
});

it('reads seconds of processor time in any language', () => {
  const { processes } = recordsAfter(
    'begin\ncpu\t88\t12,5\ncpu\t89\t3.25\nend\tprocesses',
  ).sections;
  expect(processes.isKnown && [...processes.value.cpuSeconds]).toEqual([
    [88, 12.5],
    [89, 3.25],
  ]);
});

it('does not take half a section for the whole', () => {
  const records = recordsAfter(`begin\n${owner}\nidle\t999999`);
  const { owner: before } = records.sections;
  expect(before.isKnown && before.value.idleMs).toBe(1250);
  expect(records.sections.load).toEqual(unknown({ code: 'not-answered-yet', tool: 'Windows' }));
});

it('forgets everything when the script starts anew', () => {
  const records = recordsAfter(
    `begin\n${owner}\nprocess\t4\tSystem\nend\tprocesses\nbegin\nend\tprocesses`,
  );
  expect(records.sections.owner).toEqual(unknown({ code: 'not-answered-yet', tool: 'Windows' }));
  const { processes } = records.sections;
  expect(processes.isKnown && processes.value.paths.size).toBe(0);
});

it.each([
  ['online', known('online')],
  ['metered', known('metered')],
  ['offline', known('offline')],
  ['unknown', unknown({ code: 'untold', fact: 'online-windows' })],
])('reads the network as %s', (word, reading) => {
  expect(recordsAfter(`begin\nnetwork\t${word}\nend\tnetwork`).sections.network).toEqual(reading);
});

it('reads adapters, their drivers and folders, and leaves malformed ones out', () => {
  const { adapters, drivers, folders } = recordsAfter(`begin
adapter\t0x00000000_0x0000C6A1\t4318\t12707692544\tNVIDIA GeForce RTX 4070
adapter\tnonsense\t4318\t1\tX
end\tadapters
driver\tNVIDIA GeForce RTX 4070\t31.0.15.5222
driver\tMicrosoft Remote Display Adapter\t
driver\t\t31.0.15.5222
end\tdrivers
folder\tGOG\tD:\\GOG Games\\Gwent\tGwent
folder\tGOG\t\tNowhere
end\tfolders`).sections;
  expect(adapters).toEqual(
    known([
      {
        luid: '0x00000000_0x0000c6a1',
        vendorId: 4318,
        dedicatedBytes: 12_707_692_544,
        name: 'NVIDIA GeForce RTX 4070',
      },
    ]),
  );
  expect(drivers).toEqual(known([{ card: 'NVIDIA GeForce RTX 4070', version: '31.0.15.5222' }]));
  expect(folders).toEqual(
    known([{ launcher: 'GOG', path: 'D:\\GOG Games\\Gwent', name: 'Gwent' }]),
  );
});

it.each([
  'Get-CimInstance : Invalid class',
  "At line:1 char:1 + $ErrorActionPreference = 'Stop'",
  'end\tnowhere',
  '',
])('does not understand %j', (line) => {
  expect(new WindowsRecords().push(line)).toBe(false);
});
