/**
 * A database that is damaged must not keep the app from starting: it is moved aside under another name, and a new one
 * takes its place with the settings that could still be read.
 */
import { existsSync, renameSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { AppError, describeCauses } from '../../src-shared/errors.ts';
import type { Warning } from '../../src-shared/warning.ts';
import { type Database, openDatabase, removeDatabase, sideFiles } from './database.ts';

/** As stored: name and JSON, nothing checked. */
type StoredSetting = readonly [name: string, value: string];

/** Far more than there are, for tables that a damage made endless. */
const mostSettings = 500;
const longestValue = 100_000;

/**
 * Opens the database at `path`, a new one when that there is damaged. `warn` is told what was lost, and where the
 * damaged file is now.
 *
 * @throws what `openDatabase` throws, of a damaged one only when it cannot be moved or replaced; it is where it was then
 */
export function openOrReplaceDatabase(
  path: string,
  warn: (warning: Warning, cause: string) => void,
  now: () => Date = () => new Date(),
): Database {
  try {
    return openDatabase(path);
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'database-damaged')) {
      throw error;
    }
    const { database, asideAt: movedTo, settings } = replace(path, error, now());
    warn({ code: 'database-replaced', movedTo, settings }, describeCauses(error));
    return database;
  }
}

function replace(
  path: string,
  damage: AppError,
  now: Date,
): { database: Database; asideAt: string; settings: number } {
  const saved = readableSettings(path);
  const asideAt = freeName(path, now);
  try {
    move(path, asideAt);
  } catch (error) {
    throw new AppError('database-damaged', damage.message, { cause: error });
  }
  let database: Database | undefined;
  try {
    database = openDatabase(path);
    return { database, asideAt, settings: putBack(database, saved) };
  } catch (error) {
    database?.close();
    removeDatabase(path);
    move(asideAt, path);
    throw new AppError('database-damaged', damage.message, { cause: error });
  }
}

/** The side files first: with the main file gone, a killed process must not leave them beside a new one. */
function move(from: string, to: string): void {
  const moved: string[] = [];
  try {
    for (const end of [...sideFiles, '']) {
      if (existsSync(`${from}${end}`)) {
        renameSync(`${from}${end}`, `${to}${end}`);
        moved.push(end);
      }
    }
  } catch (error) {
    for (const end of moved) {
      renameSync(`${to}${end}`, `${from}${end}`);
    }
    throw error;
  }
}

/** `mindmesh.sqlite.damaged-2026-11-21T10-12-00Z`; never one that is there. Colons are not for file names. */
function freeName(path: string, now: Date): string {
  const name = `${path}.damaged-${now.toISOString().replace(/\.\d+/, '').replaceAll(':', '-')}`;
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!['', ...sideFiles].some((end) => existsSync(`${candidate}${end}`))) {
      return candidate;
    }
  }
}

/** As many as SQLite gives before it stumbles. Each is checked when it is used, like any stored one. */
function readableSettings(path: string): StoredSetting[] {
  const found: StoredSetting[] = [];
  try {
    const database = new Sqlite(path, { readonly: true });
    try {
      const rows = database
        .prepare('SELECT name, value FROM settings WHERE length(value) <= ? LIMIT ?')
        .raw()
        .iterate(longestValue, mostSettings) as IterableIterator<StoredSetting>;
      for (const row of rows) {
        found.push(row);
      }
    } finally {
      database.close();
    }
  } catch {
    // What was read until here counts.
  }
  return found.filter((row) => row.every((part) => typeof part === 'string'));
}

function putBack(database: Database, settings: readonly StoredSetting[]): number {
  const write = database.prepare('INSERT OR IGNORE INTO settings (name, value) VALUES (?, ?)');
  return database.transaction(() =>
    settings.reduce((written, row) => written + write.run(...row).changes, 0),
  )();
}
