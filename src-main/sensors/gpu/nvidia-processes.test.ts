import { expect, it } from 'vitest';
import { known, unknown } from '../reading.ts';
import { othersUse, parsePmonRow, parsePmonTitles, type PmonRow } from './nvidia-processes.ts';

function rowsOf(table: string): PmonRow[] {
  const [titles = '', , ...rows] = table.trim().split('\n');
  const columns = parsePmonTitles(titles);
  if (columns === undefined) {
    throw new Error('no titles');
  }
  return rows.flatMap((row) => parsePmonRow(row, columns) ?? []);
}

const mebibyte = 1024 ** 2;

const recent = rowsOf(`
# gpu         pid   type     sm    mem    enc    dec    jpg    ofa     fb   ccpm    command 
# Idx           #    C/G      %      %      %      %      %      %     MB     MB    name 
    0       1312     G     24      3      -      -      -      -     97      0    Hyprland       
    0       1941   C+G      -      -      -      -      -      -      5      0    osd            
    0       7000     C     70     30      -      -      -      -   8000      0    node           
    1          -     -      -      -      -      -      -      -      -      -    -              
`);

it('reads the table of a recent driver', () => {
  expect(recent).toEqual([
    { gpuIndex: 0, pid: 1312, load: 0.24, memoryBytes: 97 * mebibyte },
    { gpuIndex: 0, pid: 1941, load: null, memoryBytes: 5 * mebibyte },
    { gpuIndex: 0, pid: 7000, load: 0.7, memoryBytes: 8000 * mebibyte },
    { gpuIndex: 1, pid: null, load: null, memoryBytes: null },
  ]);
});

it('reads the narrower table of an old driver, and one without memory (Windows)', () => {
  expect(
    rowsOf(`
# gpu        pid  type    sm   mem   enc   dec    fb   command
# Idx          #   C/G     %     %     %     %    MB   name
    0       7372     C     2     0     2     -   136   ffmpeg`),
  ).toEqual([{ gpuIndex: 0, pid: 7372, load: 0.02, memoryBytes: 136 * mebibyte }]);
  expect(
    rowsOf(`
# gpu         pid   type     sm    mem    enc    dec    jpg    ofa     fb   ccpm    command
# Idx           #    C/G      %      %      %      %      %      %     MB     MB    name
    0      40688   C+G      0      5      -      -      -      -      -      -    Cursor.exe`),
  ).toEqual([{ gpuIndex: 0, pid: 40_688, load: 0, memoryBytes: null }]);
});

it('does not take titles or rows for what they are not', () => {
  expect(parsePmonTitles('# Idx           #    C/G      %      %')).toBeUndefined();
  expect(parsePmonTitles('gpu pid sm')).toBeUndefined();
  const columns = parsePmonTitles('# gpu pid type sm mem enc dec jpg ofa fb ccpm command');
  expect(columns).toBeDefined();
  for (const row of [
    '',
    'Not supported on the device(s)',
    '    0       13',
    '  0  12 C',
    'x y z 1 2 3 4 5 6 7 8',
    '999 1 C 1 1 - - - - 5 0 a',
  ]) {
    expect(columns && parsePmonRow(row, columns)).toBeUndefined();
  }
});

const card = { utilisation: known(0.9), usedMemoryBytes: known(8200 * mebibyte) };
const first = recent.filter(({ gpuIndex }) => gpuIndex === 0);

it('adds up what processes other than ours do', () => {
  expect(othersUse(card, first, new Set([7000]))).toEqual({
    othersUtilisation: known(0.24),
    othersMemoryBytes: known(102 * mebibyte),
  });
});

it('knows that no other program is there when all processes are ours', () => {
  expect(othersUse(card, first.slice(2), new Set([7000]))).toEqual({
    othersUtilisation: known(0),
    othersMemoryBytes: known(0),
  });
});

it('never shows more than the whole card', () => {
  const busy = [11, 12].map((pid) => ({ gpuIndex: 0, pid, load: 0.8, memoryBytes: 1 }));
  expect(othersUse(card, busy, new Set([7000])).othersUtilisation).toEqual(known(1));
});

it('does not take missing samples of a busy card for idle processes', () => {
  const silent = first.map((row) => ({ ...row, load: null }));
  expect(othersUse(card, silent, new Set([7000])).othersUtilisation).toEqual(
    unknown({ code: 'untold', fact: 'nvidia-process-load' }),
  );
  const idle = { ...card, utilisation: known(0) };
  expect(othersUse(idle, silent, new Set([7000])).othersUtilisation).toEqual(known(0));
});

it('says so when the driver lists no process of a busy card, as inside a container', () => {
  const { othersUtilisation } = othersUse(card, recent.slice(3), new Set([7000]));
  expect(othersUtilisation).toEqual(unknown({ code: 'untold', fact: 'nvidia-processes' }));
});

it('leaves others’ memory unknown where single processes tell none', () => {
  const bare = first.map((row) => ({ ...row, memoryBytes: null }));
  expect(othersUse(card, bare, new Set([7000])).othersMemoryBytes).toEqual(
    unknown({ code: 'untold', fact: 'nvidia-process-memory' }),
  );
});
