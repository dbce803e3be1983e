/** Usage as totals of days, so that it no longer records over years for which peers this machine has worked. */
import type { Migration } from './migration.ts';

// Days are those of the local time zone. Every zone's days begin at a quarter of an hour, so a million rows need only
// some thousand conversions.
export const usageDaysMigration: Migration = {
  version: 5,
  change: `
    CREATE TABLE usage_days (
      -- YYYY-MM-DD, as the clock on the wall showed.
      day TEXT NOT NULL,
      -- 'asked': answers that this machine's user received; 'served': sessions computed for others.
      kind TEXT NOT NULL,
      model TEXT NOT NULL,
      answers INTEGER NOT NULL,
      prompt_tokens INTEGER NOT NULL,
      tokens INTEGER NOT NULL,
      compute_ms REAL NOT NULL,
      PRIMARY KEY (day, kind, model)
    ) STRICT, WITHOUT ROWID;

    -- Of all time, also of days that are kept no more.
    CREATE TABLE usage_totals (
      kind TEXT PRIMARY KEY,
      answers INTEGER NOT NULL,
      tokens INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    INSERT INTO usage_days
      SELECT date(slot * 900, 'unixepoch', 'localtime') AS day, 'asked', model,
             sum(answers), sum(prompt_tokens), sum(tokens), 0
      FROM (SELECT at / 900000 AS slot, model, count(*) AS answers,
                   sum(prompt_tokens) AS prompt_tokens, sum(tokens) AS tokens
            FROM asked GROUP BY slot, model)
      GROUP BY day, model;
    INSERT INTO usage_days
      SELECT date(slot * 900, 'unixepoch', 'localtime') AS day, 'served', model,
             sum(answers), 0, sum(tokens), sum(compute_ms)
      FROM (SELECT at / 900000 AS slot, model, count(*) AS answers,
                   sum(tokens) AS tokens, sum(compute_ms) AS compute_ms
            FROM served GROUP BY slot, model)
      GROUP BY day, model;
    INSERT INTO usage_totals
      SELECT kind, sum(answers), sum(tokens) FROM usage_days GROUP BY kind;

    DROP TABLE asked;
    DROP TABLE served;
  `,
};
