import { expect, it } from 'vitest';
import { fileTree } from '../../test/support/machine/file-tree.ts';
import {
  parseMeminfo,
  parseMemoryGroup,
  parseMemoryLevel,
  readLinuxMemory,
  readWindowsMemory,
} from './memory.ts';
import { known } from './reading.ts';

/** Recorded on Debian 12. */
const meminfo = `MemTotal:       16384516 kB
MemFree:         1048576 kB
MemAvailable:    8192000 kB
Buffers:          204800 kB
`;

it('reads what Linux says is available, not what nobody uses', async () => {
  const expected = { totalBytes: 16_384_516 * 1024, availableBytes: 8_192_000 * 1024 };
  expect(parseMeminfo(meminfo)).toEqual(expected);
  const proc = await fileTree({ meminfo });
  expect(await readLinuxMemory(proc, await fileTree({ x: '' }))).toEqual(known(expected));
  expect(await readLinuxMemory(await fileTree({ meminfo: 'MemTotal: 1 kB' }), proc)).toMatchObject({
    isKnown: false,
  });
});

it('counts a container’s own limit, of which files that were read may be dropped', async () => {
  const stat = 'anon 1000000000\nfile 2000000000\nkernel 5\n';
  expect(parseMemoryGroup('4000000000\n', '3500000000\n', stat)).toEqual({
    totalBytes: 4e9,
    availableBytes: 2.5e9,
  });
  expect(parseMemoryGroup('max\n', '3500000000\n', stat)).toBeUndefined();
  expect(parseMemoryGroup('', '', '')).toBeUndefined();
  const sys = await fileTree({
    'fs/cgroup/memory.max': '4000000000\n',
    'fs/cgroup/memory.current': '3900000000\n',
    'fs/cgroup/memory.stat': 'anon 3900000000\nfile 0\n',
  });
  expect(await readLinuxMemory(await fileTree({ meminfo }), sys)).toEqual(
    known({ totalBytes: 4e9, availableBytes: 1e8 }),
  );
});

it('reads macOS’ share of memory that can be given to programs', () => {
  expect(parseMemoryLevel('62\n', 16e9)).toEqual(
    known({ totalBytes: 16e9, availableBytes: 9.92e9 }),
  );
  for (const text of ['', '-1', '101', 'sysctl: unknown oid']) {
    expect(parseMemoryLevel(text)).toMatchObject({ isKnown: false });
  }
});

it('never finds more available than there is', () => {
  const reading = readWindowsMemory();
  expect(reading.isKnown && reading.value.availableBytes <= reading.value.totalBytes).toBe(true);
});
