/** The owner's settings in the database. A missing or invalid one reads as its default. */
import { isDeepStrictEqual } from 'node:util';
import {
  type ChangedSettings,
  defaultSettings,
  type SettingName,
  type Settings,
  settingsSchema,
} from '../../src-shared/settings/settings.ts';
import type { Warning } from '../../src-shared/warning.ts';
import type { Database } from './database.ts';
import { notSaved } from './write-errors.ts';
import { databaseErrors } from '../../src-shared/words/errors.ts';

export class SettingsStore {
  readonly #database: Database;
  #settings: Settings;

  /** `warn` gets every stored value that is not valid; the value stays in the database. */
  constructor(database: Database, warn: (warning: Warning) => void) {
    this.#database = database;
    this.#settings = readSettings(database, warn);
  }

  get settings(): Settings {
    return this.#settings;
  }

  /**
   * Writes the given settings, all or none. A setting that is back at its default is removed. Rows of settings that
   * this version does not know stay as they are.
   *
   * @throws AppError `data-folder-unusable` when they cannot be written, as on a full disk; nothing changes then
   */
  change(changed: ChangedSettings): Settings {
    const given = Object.entries(changed).filter(([, value]) => value !== undefined);
    try {
      this.#write(given);
    } catch (error) {
      const names = given.map(([name]) => name);
      throw notSaved(databaseErrors.settings(names), this.#database, error);
    }
    this.#settings = { ...this.#settings, ...Object.fromEntries(given) };
    return this.#settings;
  }

  #write(given: readonly [string, unknown][]): void {
    const write = this.#database.prepare(
      'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    );
    const forget = this.#database.prepare('DELETE FROM settings WHERE name = ?');
    this.#database.transaction(() => {
      for (const [name, value] of given) {
        if (isSettingName(name) && isDeepStrictEqual(value, defaultSettings[name])) {
          forget.run(name);
        } else {
          write.run(name, JSON.stringify(value));
        }
      }
    })();
  }
}

function readSettings(database: Database, warn: (warning: Warning) => void): Settings {
  const rows = database.prepare('SELECT name, value FROM settings').all() as {
    name: string;
    value: string;
  }[];
  const settings: Record<string, unknown> = { ...defaultSettings };
  for (const { name, value } of rows) {
    if (!isSettingName(name)) {
      continue;
    }
    const parsed = settingsSchema.shape[name].safeParse(parseJson(value));
    if (parsed.success) {
      settings[name] = parsed.data;
    } else {
      const usual = JSON.stringify(defaultSettings[name]);
      warn({ code: 'stored-setting-invalid', name, usual });
    }
  }
  return settings as Settings;
}

function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settingsSchema.shape, name);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No setting may be undefined, so its schema refuses this too.
    return undefined;
  }
}
