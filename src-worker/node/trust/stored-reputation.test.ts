import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/machine/temporary-folder.ts';
import { StoredReputation } from './stored-reputation.ts';

const quiet = (): void => {};

it('reads the file of an earlier version and counts the time since', async () => {
  const folder = await temporaryFolder();
  const at = Date.now() - 10 * 60_000;
  await writeFile(join(folder, 'standing.json'), `{"at":${at},"blamed":[["liar",4],["other",2]]}`);
  const { book } = await StoredReputation.open(folder, quiet);
  expect(book.of('liar')).toBeCloseTo(1 / 3, 2);
  expect(book.of('other')).toBeCloseTo(1 / 2, 2);
});

it('writes the blame in the same form when it closes', async () => {
  const folder = await temporaryFolder();
  const stored = await StoredReputation.open(folder, quiet);
  stored.book.lower('liar', 'lied');
  await stored.close();
  const text = await readFile(join(folder, 'standing.json'), 'utf8');
  expect(JSON.parse(text)).toEqual({
    at: expect.any(Number),
    blamed: [['liar', expect.closeTo(4, 2)]],
  });
});

it('trusts all peers fully where the file cannot be read', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'standing.json'), '{"at":0,"blamed":[["liar",-4]]}');
  const { book } = await StoredReputation.open(folder, quiet);
  expect(book.of('liar')).toBe(1);
});
