import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { addFiles, fileTree } from '../../../test/support/machine/file-tree.ts';
import { ManualClock } from '../../../test/support/machine/sensor-clock.ts';
import { known, unknown } from '../reading.ts';
import { LinuxPrograms, parsePs } from './running-programs.ts';

it('tells each process’s file and the name it was called by', async () => {
  const root = await fileTree({
    '2/cmdline': '',
    '40/exe': '-> /usr/bin/wine64-preloader',
    '40/cmdline': 'Z:\\games\\a\\a.exe\0-windowed\0',
    '41/exe': '-> /usr/bin/bash',
    '41/cmdline': '/usr/bin/bash\0',
    'self/cmdline': 'x',
    stat: 'cpu',
  });
  expect(await new LinuxPrograms(root, new ManualClock()).read()).toEqual(
    known([
      { pid: 2, paths: [] },
      { pid: 40, paths: ['/usr/bin/wine64-preloader', 'Z:\\games\\a\\a.exe'] },
      { pid: 41, paths: ['/usr/bin/bash'] },
    ]),
  );
});

it('notices that a young process turned into a game, and that one ended', async () => {
  const root = await fileTree({ '1/cmdline': 'init\0' });
  const clock = new ManualClock();
  const programs = new LinuxPrograms(root, clock);
  await programs.read();
  await addFiles(root, { '50/cmdline': '/bin/sh\0start.sh\0' });
  await clock.pass(4000);
  await programs.read();
  await addFiles(root, { '50/cmdline': '/opt/games/quake\0' });
  await clock.pass(4000);
  expect(await programs.read()).toEqual(
    known([
      { pid: 1, paths: ['init'] },
      { pid: 50, paths: ['/opt/games/quake'] },
    ]),
  );
  await rm(join(root, '50'), { recursive: true });
  expect(await programs.read()).toEqual(known([{ pid: 1, paths: ['init'] }]));
});

it('reads an old process again only once a minute', async () => {
  const root = await fileTree({ '1/cmdline': 'first\0' });
  const clock = new ManualClock();
  const programs = new LinuxPrograms(root, clock);
  await programs.read();
  await addFiles(root, { '1/cmdline': 'second\0' });
  await clock.pass(59_000);
  expect(await programs.read()).toEqual(known([{ pid: 1, paths: ['first'] }]));
  await clock.pass(1000);
  expect(await programs.read()).toEqual(known([{ pid: 1, paths: ['second'] }]));
});

it('says so when the system shows no processes', async () => {
  const root = await fileTree({ stat: 'cpu' });
  expect(await new LinuxPrograms(root, new ManualClock()).read()).toEqual(
    unknown({ code: 'untold', fact: 'processes' }),
  );
});

it('reads the process list of macOS, in any language', () => {
  const text = `    1   0:33.11 /sbin/launchd
  501 1:02:03.50 /Applications/Factorio.app/Contents/MacOS/factorio
 9001   2-03:04:05 (stopped)
  777   0:01,25 /usr/bin/node
garbage
  PID      TIME COMM
`;
  expect(parsePs(text)).toEqual([
    { pid: 1, cpuSeconds: 33.11, paths: ['/sbin/launchd'] },
    { pid: 501, cpuSeconds: 3723.5, paths: ['/Applications/Factorio.app/Contents/MacOS/factorio'] },
    { pid: 9001, cpuSeconds: 183_845, paths: ['(stopped)'] },
    { pid: 777, cpuSeconds: 1.25, paths: ['/usr/bin/node'] },
  ]);
});

it('tells the same list again while no process came, went or became another program', async () => {
  const root = await fileTree({ '1/cmdline': 'init\0', '50/cmdline': '/bin/sh\0' });
  const programs = new LinuxPrograms(root, new ManualClock());
  await programs.read();
  await addFiles(root, { '60/cmdline': '/bin/sh\0' });
  const list = await programs.read();
  expect(await programs.read()).toBe(list);
  await addFiles(root, { '60/cmdline': '/opt/games/quake\0' });
  const changed = await programs.read();
  expect(changed).not.toBe(list);
  await rm(join(root, '1'), { recursive: true });
  expect(await programs.read()).not.toBe(changed);
});
