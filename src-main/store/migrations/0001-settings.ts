/** The settings that the owner changed, one row each; a missing row means the default. */
import type { Migration } from './migration.ts';

export const settingsMigration: Migration = {
  version: 1,
  change: `
    CREATE TABLE settings (
      name TEXT PRIMARY KEY,
      -- JSON, checked by the schema of the setting when it is read.
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
