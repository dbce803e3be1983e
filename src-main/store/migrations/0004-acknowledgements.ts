/** What the owner has been told and agreed to, one row each. */
import type { Migration } from './migration.ts';

export const acknowledgementsMigration: Migration = {
  version: 4,
  change: `
    CREATE TABLE acknowledgements (
      name TEXT PRIMARY KEY,
      -- Milliseconds since the epoch.
      at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
