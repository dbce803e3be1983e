/** Files that are either there in full or not at all: written under a temporary name, synced, then renamed. */
import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';

/** How temporary names end; such a file beside a target is the rest of a process that died while writing. */
export const partialSuffix = '.partial';

/**
 * Creates or replaces `path` with what `fill` writes to the handle. When `fill` fails, or the disk does, the
 * temporary file is removed, `path` is as it was, and the error is thrown on.
 */
export async function writeAtomically(
  path: string,
  fill: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const partial = `${path}.${randomBytes(6).toString('hex')}${partialSuffix}`;
  const handle = await open(partial, 'wx');
  try {
    try {
      await fill(handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
