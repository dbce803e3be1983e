/** Why the database cannot be written, in words for the owner. Pure. */
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { AppError } from '../../src-shared/errors.ts';
import type { Database } from './database.ts';

/** Begins with what could not be stored: "The setting apiPort could not be kept: the disk … is full. Free …". */
export function notSaved(what: string, database: Database, error: unknown): unknown {
  if (!(error instanceof Sqlite.SqliteError)) {
    return error;
  }
  const folder = dirname(database.name);
  return new AppError('data-folder-unusable', `${what} could not be kept: ${why(error, folder)}`, {
    cause: error,
  });
}

type Failure = { readonly code: string; readonly message: string };

function why({ code, message }: Failure, folder: string): string {
  if (code === 'SQLITE_FULL') {
    return `the disk of ${folder} is full. Free some space, then try again.`;
  }
  if (code.startsWith('SQLITE_BUSY')) {
    return `another program holds the database in ${folder}. Try again when that is done.`;
  }
  if (code.startsWith('SQLITE_READONLY')) {
    return `nothing can be written in ${folder}. Check its permissions, then try again.`;
  }
  return `the database in ${folder} could not be written (${message}). Check that disk, then try again.`;
}
