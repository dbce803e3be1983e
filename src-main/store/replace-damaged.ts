/**
 * A damaged database must not keep the app from starting: it is moved aside under another name, and a new one is
 * created with the settings that can still be read.
 */
import { existsSync, renameSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { AppError, describeCauses } from '../../src-shared/errors.ts';
import type { Warning } from '../../src-shared/warning.ts';
import { type Database, openDatabase, removeDatabase, sideFiles } from './database.ts';

/** As stored: name and JSON, both unchecked. */
type StoredSetting = readonly [name: string, value: string];

/** Far more settings than there are; a damaged table may have no end. */
const mostSettings = 500;
const longestValue = 100_000;

/**
 * Opens the database at `path`. A damaged one is replaced, and `warn` gets what was lost and the new path of the
 * damaged file.
 *
 * @throws what `openDatabase` throws; for a damaged file only when it cannot be moved or replaced, and it is back at
 * its path then
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

/**
 * Moves the side files first: if the process is killed after the main file moved, they must not lie beside a new one.
 */
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

/**
 * `mindmesh.sqlite.damaged-2026-11-21T10-12-00Z`, or with a number when that exists. Windows allows no colons in
 * names.
 */
function freeName(path: string, now: Date): string {
  const name = `${path}.damaged-${now.toISOString().replace(/\.\d+/, '').replaceAll(':', '-')}`;
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!['', ...sideFiles].some((end) => existsSync(`${candidate}${end}`))) {
      return candidate;
    }
  }
}

/**
 * As many settings as SQLite reads before the damage. Each one is checked when it is used, like any stored setting.
 */
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
    // The settings that were read so far count.
  }
  return found.filter((row) => row.every((part) => typeof part === 'string'));
}

function putBack(database: Database, settings: readonly StoredSetting[]): number {
  const write = database.prepare('INSERT OR IGNORE INTO settings (name, value) VALUES (?, ?)');
  return database.transaction(() =>
    settings.reduce((written, row) => written + write.run(...row).changes, 0),
  )();
}
