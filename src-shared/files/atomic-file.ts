/**
 * Writes files that exist in full or not at all: each is written under a temporary name, synced, and then renamed.
 */
import { randomBytes } from 'node:crypto';
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises';

/** The end of temporary names. Such a file is left by a process that died while writing. */
export const partialSuffix = '.partial';

/** The mode of files that only their owner may read. */
export const privateMode = 0o600;

export type AtomicFileOptions = {
  /** The file's mode from its first byte on; by default that of the process's other files. */
  readonly mode?: number;
  /** Keeps an existing file and throws `EEXIST`; on a file system without links, the file is replaced. */
  readonly isNew?: boolean;
};

/**
 * Creates or replaces `path` with what `fill` writes to the handle; `fill` may also read it under its temporary name.
 * Resolves to the result of `fill`. When `fill` or the disk fails, the temporary file is removed, `path` is as it
 * was, and the error is thrown on.
 */
export async function writeAtomically<Result>(
  path: string,
  fill: (handle: FileHandle, partial: string) => Promise<Result>,
  { mode, isNew = false }: AtomicFileOptions = {},
): Promise<Result> {
  const partial = `${path}.${randomBytes(6).toString('hex')}${partialSuffix}`;
  const handle = await open(partial, 'wx', mode);
  try {
    let result: Result;
    try {
      result = await fill(handle, partial);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await (isNew ? publishNew(partial, path) : rename(partial, path));
    return result;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** Unlike `rename`, `link` never replaces a file. */
async function publishNew(partial: string, path: string): Promise<void> {
  try {
    await link(partial, path);
  } catch (error) {
    if (!hasNoLinks(error)) {
      throw error;
    }
    await rename(partial, path);
    return;
  }
  await rm(partial, { force: true });
}

function hasNoLinks(error: unknown): boolean {
  const codes = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
