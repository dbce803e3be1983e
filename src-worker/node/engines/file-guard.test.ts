import { copyFile, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../../../test/support/machine/temporary-folder.ts';
import { FileGuard, stampOf } from './file-guard.ts';

async function guarded(): Promise<{ path: string; guard: FileGuard; onChanged: () => void }> {
  const path = join(await temporaryFolder(), 'model.gguf');
  await writeFile(path, 'weights');
  await utimes(path, 1, 1);
  const onChanged = vi.fn<() => void>();
  const guard = new FileGuard(path, await stampOf(path), onChanged);
  onTestFinished(() => guard.stop());
  return { path, guard, onChanged };
}

it.each<[string, (path: string) => Promise<void>]>([
  ['is written over in place', (path) => writeFile(path, 'changed')],
  ['gets another size', (path) => truncate(path, 3)],
  ['gets another time', (path) => utimes(path, 2, 2)],
  [
    'is another one of the same size and time',
    async (path) => {
      await copyFile(path, `${path}.new`);
      await utimes(`${path}.new`, 1, 1);
      await rename(`${path}.new`, path);
    },
  ],
])('a file that %s is noticed without a call, and reported once', async (_title, change) => {
  const { path, guard, onChanged } = await guarded();
  expect(await guard.check()).toBe(true);
  await change(path);
  await vi.waitFor(() => expect(onChanged).toHaveBeenCalled());
  expect(await guard.check()).toBe(false);
  expect(await guard.check()).toBe(false);
  expect(onChanged).toHaveBeenCalledOnce();
});

it('a file that was only read, or deleted, counts as unchanged', async () => {
  const { path, guard, onChanged } = await guarded();
  await copyFile(path, `${path}.copy`);
  expect(await guard.check()).toBe(true);
  await rm(path);
  expect(await guard.check()).toBe(true);
  expect(onChanged).not.toHaveBeenCalled();
});

it('a file that could not be read before its load counts as unchanged', async () => {
  const missing = join(await temporaryFolder(), 'nothing');
  const guard = new FileGuard(missing, await stampOf(missing), () => {});
  expect(await guard.check()).toBe(true);
  guard.stop();
});

it('reports nothing after `stop`', async () => {
  const { path, guard, onChanged } = await guarded();
  guard.stop();
  await writeFile(path, 'changed');
  expect(await guard.check()).toBe(false);
  expect(onChanged).not.toHaveBeenCalled();
});
