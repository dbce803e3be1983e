/**
 * One row for each finished answer: those that this machine's user received, and layers that it computed for others.
 */
import type { Migration } from './migration.ts';

export const usageMigration: Migration = {
  version: 2,
  change: `
    CREATE TABLE asked (
      id INTEGER PRIMARY KEY,
      -- Milliseconds since the epoch.
      at INTEGER NOT NULL,
      model TEXT NOT NULL,
      prompt_tokens INTEGER NOT NULL,
      tokens INTEGER NOT NULL,
      -- JSON of the receipt: peers, layers and times; no text of anybody.
      receipt TEXT NOT NULL
    ) STRICT;
    CREATE INDEX asked_at ON asked (at);

    CREATE TABLE served (
      id INTEGER PRIMARY KEY,
      at INTEGER NOT NULL,
      requester TEXT NOT NULL,
      manifest_id TEXT NOT NULL,
      model TEXT NOT NULL,
      first_layer INTEGER NOT NULL,
      last_layer INTEGER NOT NULL,
      tokens INTEGER NOT NULL,
      compute_ms REAL NOT NULL
    ) STRICT;
    CREATE INDEX served_at ON served (at);
  `,
};
