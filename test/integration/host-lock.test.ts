import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { dataFolderAt } from '../../src-main/data/data-folder.ts';
import { lockDataFolder } from '../../src-main/data/data-folder-lock.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const script = fileURLToPath(new URL('../fixtures/host-lock-holder.ts', import.meta.url));

/** A process that tries to take the lock, and its result. */
async function contender(folder: string): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [said] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, said };
}

it('gives a folder to one of many processes that want it at once', async () => {
  const folder = await temporaryFolder();
  const contenders = await Promise.all(Array.from({ length: 4 }, () => contender(folder)));
  expect(contenders.map(({ said }) => said).toSorted()).toEqual([
    'data-folder-in-use',
    'data-folder-in-use',
    'data-folder-in-use',
    'locked',
  ]);
});

it('names the process that has the folder, and is free as soon as that is killed', async () => {
  const folder = dataFolderAt(await temporaryFolder());
  const { child, said } = await contender(folder.folder);
  expect(said).toBe('locked');
  await expect(lockDataFolder(folder)).rejects.toMatchObject({
    code: 'data-folder-in-use',
    message: expect.stringContaining(`another MindMesh, process ${child.pid}.`),
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = await lockDataFolder(folder);
  lock.release();
});

it('is not given twice within one process, and can be taken again after it was given back', async () => {
  const folder = dataFolderAt(await temporaryFolder());
  const first = await lockDataFolder(folder);
  await expect(lockDataFolder(folder)).rejects.toMatchObject({ code: 'data-folder-in-use' });
  first.release();
  const second = await lockDataFolder(folder);
  second.release();
});
