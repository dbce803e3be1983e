/**
 * Opens the app's one SQLite file and brings it to this version's schema. A file from a newer version and a
 * damaged one are refused before anything is written to them; see replace-damaged.ts for what follows.
 */
import { chmodSync, existsSync, rmSync, statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { AppError } from '../../src-shared/errors.ts';
import { migrations } from './migrations/all.ts';
import type { Migration } from './migrations/migration.ts';
import { databaseErrors, databaseProblemWords } from '../../src-shared/words/errors.ts';

export type Database = Sqlite.Database;

/** The version that this build writes: the number of its last migration. */
export const databaseVersion = newestOf(migrations);

/** How long a statement waits for another process that holds the file, e.g. a backup program. */
const busyTimeoutMs = 5000;

/**
 * Opens or creates the database at `path`, and brings it to the version of the last of `steps`.
 *
 * @throws AppError `database-too-new`, `database-damaged` or `data-folder-unusable`; the file is untouched.
 */
export function openDatabase(path: string, steps: readonly Migration[] = migrations): Database {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  try {
    if (size !== undefined) {
      refuseUnreadable(path, size, newestOf(steps));
      makeWritable(path);
    }
    const database = new Sqlite(path, { timeout: busyTimeoutMs });
    try {
      if (size === undefined) {
        makeWritable(path);
      }
      prepare(database, steps);
      return database;
    } catch (error) {
      database.close();
      if (size === undefined) {
        // A new database that could not be finished must not count as damaged at the next start.
        removeDatabase(path);
      }
      throw error;
    }
  } catch (error) {
    throw asDatabaseError(path, error);
  }
}

/** Files that SQLite keeps beside a database; their names are the database's with these endings. */
export const sideFiles = ['-wal', '-shm'] as const;

/** Removes a new database in which nothing is stored yet, with its side files. */
export function removeDatabase(path: string): void {
  for (const end of ['', ...sideFiles]) {
    rmSync(`${path}${end}`, { force: true });
  }
}

/** Reads an existing file through a connection that cannot write. */
function refuseUnreadable(path: string, size: number, newest: number): void {
  if (size === 0) {
    // SQLite would take it for a new database. Its content was lost, as in a power failure.
    throw damaged(path, databaseErrors.empty);
  }
  const database = new Sqlite(path, { readonly: true, timeout: busyTimeoutMs });
  try {
    const version = versionOf(database);
    if (version > newest) {
      throw new AppError('database-too-new', databaseErrors.tooNew(path, version, newest), {
        advice: 'choose-data-folder',
      });
    }
    const findings: unknown = database.pragma('quick_check(1)', { simple: true });
    if (findings !== 'ok') {
      throw damaged(path, databaseErrors.failedCheck, new Error(String(findings)));
    }
  } finally {
    database.close();
  }
}

/**
 * Makes the files readable for their owner alone, since questions and their times are private. SQLite creates side
 * files with the mode of the database, so those of a database that was read-only would stay read-only.
 */
function makeWritable(path: string): void {
  for (const end of ['', ...sideFiles]) {
    if (existsSync(`${path}${end}`)) {
      chmodSync(`${path}${end}`, 0o600);
    }
  }
}

function prepare(database: Database, steps: readonly Migration[]): void {
  database.pragma('journal_mode = WAL');
  // In WAL mode this keeps every committed row when the process is killed, and never damages the file.
  database.pragma('synchronous = NORMAL');
  database.pragma('foreign_keys = ON');
  const before = versionOf(database);
  // All steps or none: an update that fails half-way leaves the earlier version of the database.
  database
    .transaction(() => {
      const from = versionOf(database);
      for (const { version, change } of steps.filter((step) => step.version > from)) {
        if (typeof change === 'string') {
          database.exec(change);
        } else {
          change(database);
        }
        database.pragma(`user_version = ${version}`);
      }
    })
    .immediate();
  if (before < newestOf(steps)) {
    shrink(database);
  }
}

/** Frees what a migration dropped: it would stay in the file, and slow down every start. */
function shrink(database: Database): void {
  try {
    if (Number(database.pragma('freelist_count', { simple: true })) > 0) {
      database.exec('VACUUM');
    }
  } catch {
    // On a full disk the file stays as large as it is.
  }
}

function newestOf(steps: readonly Migration[]): number {
  return steps.at(-1)?.version ?? 0;
}

function versionOf(database: Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}

function asDatabaseError(path: string, error: unknown): unknown {
  if (!(error instanceof Sqlite.SqliteError)) {
    return error;
  }
  if (error.code === 'SQLITE_NOTADB' || error.code.startsWith('SQLITE_CORRUPT')) {
    return damaged(path, databaseProblemWords(error.code), error);
  }
  return new AppError(
    'data-folder-unusable',
    databaseErrors.notOpened(path, databaseProblemWords(error.code)),
    { cause: error },
  );
}

/** `cause`: what SQLite said, for the log. */
function damaged(path: string, why: string, cause?: Error): AppError {
  return new AppError('database-damaged', databaseErrors.damaged(path, why), { cause });
}
