/** The owner's pause: one row while it lasts. */
import type { Migration } from './migration.ts';

export const pauseMigration: Migration = {
  version: 3,
  change: `
    CREATE TABLE pause (
      choice TEXT NOT NULL,
      -- Milliseconds since the epoch.
      askedAtWallMs REAL NOT NULL,
      -- NULL has no end.
      durationMs REAL
    ) STRICT;
  `,
};
