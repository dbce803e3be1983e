/** Why the database cannot be written, for the owner. Pure. */
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { AppError } from '../../src-shared/errors.ts';
import type { Database } from './database.ts';
import { databaseErrors, databaseProblemWords } from '../../src-shared/words/errors.ts';

/**
 * An error that begins with what could not be stored: "The setting apiPort could not be kept: the disk … is full.
 * Free …".
 */
export function notSaved(what: string, database: Database, error: unknown): unknown {
  if (!(error instanceof Sqlite.SqliteError)) {
    return error;
  }
  const folder = dirname(database.name);
  return new AppError('data-folder-unusable', databaseErrors.notSaved(what, why(error, folder)), {
    cause: error,
  });
}

function why({ code }: { readonly code: string }, folder: string): string {
  if (code === 'SQLITE_FULL') {
    return databaseErrors.full(folder);
  }
  if (code.startsWith('SQLITE_BUSY')) {
    return databaseErrors.busy(folder);
  }
  if (code.startsWith('SQLITE_READONLY')) {
    return databaseErrors.readOnly(folder);
  }
  return databaseErrors.notWritten(folder, databaseProblemWords(code));
}
