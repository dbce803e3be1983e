/**
 * Allows one host per data folder. The lock is a SQLite transaction on a file of its own that stays empty: the
 * operating system holds it as long as the process lives, and frees it however the process ends. So on every platform
 * a lock can neither outlive its process nor be held twice.
 */
import { chmodSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { AppError } from '../../src-shared/errors.ts';
import type { DataFolder } from './data-folder.ts';
import { readHostFile } from './host-file.ts';
import { databaseProblemWords, dataFolderErrors } from '../../src-shared/words/errors.ts';
import { fileProblem } from '../../src-shared/files/file-problem.ts';

export type DataFolderLock = { release(): void };

/** @throws AppError `data-folder-in-use`, naming the process that has it when that is known. */
export async function lockDataFolder(dataFolder: DataFolder): Promise<DataFolderLock> {
  let database: Sqlite.Database | undefined;
  try {
    database = new Sqlite(dataFolder.lock, { timeout: 0 });
    // Another user who may open the file could lock it against its owner. (Opening it here a second time would
    // release the lock.)
    chmodSync(dataFolder.lock, 0o600);
    database.exec('BEGIN IMMEDIATE');
  } catch (error) {
    database?.close();
    if (error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
      throw await inUse(dataFolder, error);
    }
    const isFull = error instanceof Sqlite.SqliteError && error.code === 'SQLITE_FULL';
    throw new AppError(
      'data-folder-unusable',
      isFull
        ? dataFolderErrors.lockFull(dataFolder.folder)
        : dataFolderErrors.notLocked(dataFolder.folder, lockProblem(error)),
      { cause: error, advice: 'choose-data-folder' },
    );
  }
  const locked = database;
  return { release: () => void locked.close() };
}

async function inUse({ folder, hostFile }: DataFolder, cause: unknown): Promise<AppError> {
  const running = await readHostFile(hostFile);
  return new AppError('data-folder-in-use', dataFolderErrors.inUse(folder, running?.pid), {
    cause,
    advice: 'reach-other-host',
  });
}

function lockProblem(error: unknown): string {
  return error instanceof Sqlite.SqliteError
    ? databaseProblemWords(error.code)
    : fileProblem(error);
}
