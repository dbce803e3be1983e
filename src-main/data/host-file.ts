/**
 * `host.json` in a data folder: which process runs there and how the command line reaches it. It holds a
 * secret, so it is for its owner alone; it is gone when no host runs, unless one was killed.
 */
import { constants } from 'node:fs';
import { access, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../src-shared/errors.ts';
import { privateMode, writeAtomically } from '../../src-shared/files/atomic-file.ts';
import { dataFolderErrors } from '../../src-shared/words/errors.ts';

const hostFileSchema = z.object({
  pid: z.int().min(1),
  /** Where the command line connects; null while there is nothing to connect to. */
  control: z
    .object({
      /** WebSocket address on this machine. */
      url: z.string().regex(/^ws:\/\/127\.0\.0\.1:\d+\/host$/),
      token: z.string().min(20).max(200),
    })
    .nullable(),
});
export type HostFile = z.infer<typeof hostFileSchema>;

const maxBytes = 4096;

export async function writeHostFile(path: string, content: HostFile): Promise<void> {
  await writeAtomically(path, (handle) => handle.writeFile(`${JSON.stringify(content)}\n`), {
    mode: privateMode,
  });
}

export async function removeHostFile(path: string): Promise<void> {
  await rm(path, { force: true });
}

/**
 * What the file says; undefined when there is none, or none that makes sense.
 *
 * @throws AppError `data-folder-unusable` where it may not be read: the process that runs there cannot be named
 */
export async function readHostFile(path: string): Promise<HostFile | undefined> {
  try {
    const handle = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxBytes), 0, maxBytes, 0);
      return hostFileSchema.parse(JSON.parse(buffer.toString('utf8', 0, bytesRead)));
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isForbidden(error)) {
      throw foreign(dirname(path), error);
    }
    return undefined;
  }
}

/**
 * Refuses a folder that this user may not read: "MindMesh is not running" would not be the whole truth about it.
 *
 * @throws AppError `data-folder-unusable` for a folder that exists and is closed to this user
 */
export async function refuseForeignFolder(folder: string): Promise<void> {
  try {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    if (isForbidden(error)) {
      throw foreign(folder, error);
    }
  }
}

function foreign(folder: string, cause: unknown): AppError {
  return new AppError('data-folder-unusable', dataFolderErrors.foreign(folder), {
    cause,
    advice: 'choose-data-folder',
  });
}

/** Windows gives the same code for a file that is just being deleted. */
function isForbidden(error: unknown): boolean {
  return (
    process.platform !== 'win32' &&
    error instanceof Error &&
    'code' in error &&
    (error.code === 'EACCES' || error.code === 'EPERM')
  );
}
