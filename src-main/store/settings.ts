/** The owner's wishes in the database: what is not there, or not valid, reads as its default. */
import {
  type ChangedSettings,
  defaultSettings,
  type SettingName,
  type Settings,
  settingsSchema,
} from '../../src-shared/settings.ts';
import type { Database } from './database.ts';

export class SettingsStore {
  readonly #database: Database;
  #settings: Settings;

  /** `warn` is told about every stored value that is not valid; the value stays in the database. */
  constructor(database: Database, warn: (sentence: string) => void) {
    this.#database = database;
    this.#settings = readSettings(database, warn);
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** Writes the given settings alone; rows of settings that this version does not know stay as they are. */
  change(changed: ChangedSettings): Settings {
    const write = this.#database.prepare(
      'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    );
    const given = Object.entries(changed).filter(([, value]) => value !== undefined);
    this.#database.transaction(() => {
      for (const [name, value] of given) {
        write.run(name, JSON.stringify(value));
      }
    })();
    this.#settings = { ...this.#settings, ...Object.fromEntries(given) };
    return this.#settings;
  }
}

function readSettings(database: Database, warn: (sentence: string) => void): Settings {
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
      warn(
        `The stored setting ${name} is not valid, so its default ${JSON.stringify(defaultSettings[name])} is used.`,
      );
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
