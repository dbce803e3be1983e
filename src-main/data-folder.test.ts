import { stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../test/support/temporary-folder.ts';
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
    message: `The data folder ${join(file, below)} cannot be used: a part of that path is a file; move that file away, or choose another one with --data.`,
  });
});

it.runIf(process.platform === 'linux')('says so when nothing can be written there', async () => {
  await expect(prepareDataFolder(dataFolderAt('/proc/mindmesh'))).rejects.toMatchObject({
    code: 'data-folder-unusable',
    message: expect.stringContaining('/proc/mindmesh'),
  });
});
