import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../../test/support/machine/temporary-folder.ts';
import { openLog } from './log.ts';

it('writes one line of JSON for each entry, with its source, and goes on in the same file', async () => {
  const path = await temporaryFolder();
  for (const round of ['first', 'second']) {
    const log = openLog(path);
    log.write('info', 'mesh', `the ${round} start`, { peers: 3, token: 'secret' });
    log.write('debug', 'mesh', 'too much detail');
    await log.close();
  }
  const lines = (await readFile(join(path, 'mindmesh.log'), 'utf8')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      source: 'mesh',
      peers: 3,
      token: '…',
      msg: 'the first start',
    },
    expect.objectContaining({ msg: 'the second start' }),
  ]);
});

it('never takes more than six files of some five megabytes', async () => {
  const path = await temporaryFolder();
  const log = openLog(path);
  for (let entry = 0; entry < 11_000; entry += 1) {
    log.write('info', 'flood', 'x'.repeat(3900));
    if (entry % 100 === 0) {
      // Lets the stream write: a process that logs without a pause would keep everything in memory.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  await log.close();
  const files = await readdir(path);
  expect(files.toSorted()).toEqual([
    'mindmesh.log',
    ...[1, 2, 3, 4, 5].map((number) => `mindmesh.log.${number}`),
  ]);
  for (const file of files) {
    expect((await stat(join(path, file))).size).toBeLessThan(6 * 1024 * 1024);
  }
});

it('lets the app go on when the log cannot be written, and says so once', async () => {
  const said = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  onTestFinished(() => said.mockRestore());
  const file = join(await temporaryFolder(), 'a file');
  await writeFile(file, '');
  const log = openLog(file);
  log.write('info', 'host', 'still here');
  await vi.waitFor(() => expect(said).toHaveBeenCalledTimes(1));
  log.write('info', 'host', 'and here');
  await log.close();
  expect(said).toHaveBeenCalledTimes(1);
});

it('is written again a minute after it could not be', async () => {
  const said = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  onTestFinished(() => said.mockRestore());
  const folder = join(await temporaryFolder(), 'logs');
  await writeFile(folder, '');
  let now = 0;
  const log = openLog(folder, 'info', () => now);
  log.write('info', 'host', 'lost');
  await vi.waitFor(() => expect(said).toHaveBeenCalledTimes(1));
  await rm(folder);
  now = 59_999;
  log.write('info', 'host', 'lost too');
  now = 60_000;
  log.write('info', 'host', 'kept');
  await log.close();
  const lines = (await readFile(join(folder, 'mindmesh.log'), 'utf8')).trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['kept']);
  expect(said).toHaveBeenCalledTimes(1);
});
