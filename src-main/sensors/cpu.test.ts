import { expect, it } from 'vitest';
import { fileTree } from '../../test/support/machine/file-tree.ts';
import {
  OthersCpu,
  othersShare,
  parseProcessStat,
  parseProcStat,
  readLinuxCpuTimes,
} from './cpu.ts';
import { known, unknown } from './reading.ts';

const { signal } = new AbortController();

it('takes the first line of /proc/stat, with waiting for disks as idling', () => {
  const text = 'cpu  100 20 30 800 40 5 5 0 7 0\ncpu0 50 10 15 400 20 2 2 0 3 0\nintr 1 2\n';
  expect(parseProcStat(text)).toEqual({ busy: 160, total: 1000 });
  expect(parseProcStat('nonsense')).toEqual({ busy: 0, total: 0 });
});

it('finds a process’s times behind a name with blanks and brackets', () => {
  const stat = '1234 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 5 0 100';
  expect(parseProcessStat(stat)).toBe(300);
  expect(parseProcessStat('1234 (x) S 1 2')).toBeUndefined();
});

it('reads Linux’s times, without processes that ended', async () => {
  const root = await fileTree({
    stat: 'cpu  100 0 0 900 0 0 0 0 0 0\n',
    '7/stat': '7 (node) S 1 2 3 4 5 6 7 8 9 10 30 10 0 0\n',
  });
  expect(await readLinuxCpuTimes(new Set([7, 8]), root)).toEqual({
    busy: 100,
    total: 1000,
    own: new Map([[7, 40]]),
  });
});

const times = (busy: number, total: number, own: readonly [number, number][] = []) => ({
  busy,
  total,
  own: new Map(own),
});

it('takes ours out of what was used', () => {
  expect(othersShare(times(0, 0, [[7, 10]]), times(500, 1000, [[7, 310]]))).toEqual(known(0.2));
});

it('counts a process of ours that is new, and none that ended', () => {
  const before = times(0, 0, [[7, 10]]);
  expect(othersShare(before, times(500, 1000, [[8, 100]]))).toEqual(known(0.4));
});

it('never shows less than nothing, or what cannot be', () => {
  expect(othersShare(times(0, 0), times(100, 1000, [[7, 900]]))).toEqual(known(0));
  const reason = unknown({ code: 'untold', fact: 'processor-times' });
  expect(othersShare(times(0, 1000), times(0, 1000))).toEqual(reason);
  expect(othersShare(times(500, 1000), times(400, 2000))).toEqual(reason);
});

it('knows the load from the second look on, and not from looks right after one another', async () => {
  let now = 0;
  const looks = [times(0, 0), times(100, 100), times(200, 1000)];
  const cpu = new OthersCpu(
    () => Promise.resolve(looks.shift() ?? times(0, 0)),
    () => now,
  );
  expect((await cpu.read(signal)).isKnown).toBe(false);
  now = 400;
  expect((await cpu.read(signal)).isKnown).toBe(false);
  now = 1000;
  expect(await cpu.read(signal)).toEqual(known(0.2));
});
