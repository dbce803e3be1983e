import { mkdir, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../test/support/machine/temporary-folder.ts';
import { dataFolderAt, prepareDataFolder } from './data-folder.ts';

it('is where the platform keeps such things, unless another place was chosen', () => {
  const usual = dataFolderAt(undefined).folder;
  expect(usual.toLowerCase()).toMatch(/mindmesh/);
  expect(usual).not.toContain('Roaming');
  expect(dataFolderAt('/some/where').database).toBe(join('/some/where', 'mindmesh.sqlite'));
});

it.runIf(process.platform === 'linux')('is the XDG data folder on Linux', () => {
  const base = process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share');
  expect(dataFolderAt(undefined).folder).toBe(join(base, 'mindmesh'));
});

it('is made with all folders above it, for its owner alone', async () => {
  const dataFolder = dataFolderAt(join(await temporaryFolder(), 'a', 'b'));
  await prepareDataFolder(dataFolder);
  expect((await stat(dataFolder.folder)).mode & 0o777).toBe(0o700);
  await prepareDataFolder(dataFolder);
});

it.each(['', 'below'])('says so when a file is in the way (%j)', async (below) => {
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  await expect(prepareDataFolder(dataFolderAt(join(file, below)))).rejects.toMatchObject({
    code: 'data-folder-unusable',
    message: `The data folder ${join(file, below)} cannot be used: a part of that path is a file; move that file away.`,
    advice: 'choose-data-folder',
  });
});

it.runIf(process.platform === 'linux')('says so when nothing can be written there', async () => {
  await expect(prepareDataFolder(dataFolderAt('/proc/mindmesh'))).rejects.toMatchObject({
    code: 'data-folder-unusable',
    message: expect.stringContaining('/proc/mindmesh'),
  });
});

it('has a path as long as SQLite can open, and says by how much a longer one is too long', async () => {
  const root = await temporaryFolder();
  const sized = (bytes: number): string => {
    let path = root;
    while (bytes - path.length > 201) {
      path = join(path, 'd'.repeat(150));
    }
    return join(path, 'd'.repeat(bytes - path.length - 1));
  };
  const longest = 504 - '/mindmesh.sqlite'.length;
  const usable = dataFolderAt(sized(longest));
  await prepareDataFolder(usable);
  new Sqlite(usable.database).exec('CREATE TABLE t (a)').close();

  const tooLong = dataFolderAt(sized(longest + 1));
  await expect(prepareDataFolder(tooLong)).rejects.toMatchObject({
    code: 'data-folder-unusable',
    message: expect.stringContaining('its path is 1 bytes too long'),
  });
  await mkdir(tooLong.folder, { recursive: true });
  expect(() => new Sqlite(tooLong.database)).toThrow('unable to open database file');
});
