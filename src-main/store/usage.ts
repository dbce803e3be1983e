/** What was received and served, kept for the owner: numbers, peers and models, never text. */
import type { UsageSummary } from '../../src-shared/host-api.ts';
import type { Usage } from '../../src-shared/node-api.ts';
import type { Database } from './database.ts';

const summaryDays = 30;

export class UsageStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  add(usage: Usage): void {
    if (usage.kind === 'asked') {
      this.#database
        .prepare(
          'INSERT INTO asked (at, model, prompt_tokens, tokens, receipt) VALUES (?, ?, ?, ?, ?)',
        )
        .run(
          Math.round(usage.at),
          usage.receipt.model,
          usage.promptTokens,
          usage.receipt.tokens,
          JSON.stringify(usage.receipt),
        );
      return;
    }
    this.#database
      .prepare(
        'INSERT INTO served (at, requester, manifest_id, model, first_layer, last_layer, tokens, compute_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      )
      .run(
        Math.round(usage.at),
        usage.requester,
        usage.manifestId,
        usage.model,
        usage.layers.firstLayer,
        usage.layers.lastLayer,
        usage.tokens,
        usage.computeMs,
      );
  }

  /** Totals of all time, and tokens of each of the last 30 days (local time) that had any. */
  summary(): UsageSummary {
    const totals = this.#database
      .prepare(
        `SELECT (SELECT count(*) FROM asked) AS answers,
                (SELECT coalesce(sum(tokens), 0) FROM asked) AS tokensReceived,
                (SELECT coalesce(sum(tokens), 0) FROM served) AS tokensServed`,
      )
      .get() as Omit<UsageSummary, 'days'>;
    const days = this.#database
      .prepare(
        `SELECT date(at / 1000, 'unixepoch', 'localtime') AS day,
                sum(received) AS received, sum(served) AS served
         FROM (SELECT at, tokens AS received, 0 AS served FROM asked
               UNION ALL SELECT at, 0, tokens FROM served)
         GROUP BY day ORDER BY day DESC LIMIT ${summaryDays}`,
      )
      .all() as UsageSummary['days'];
    return { ...totals, days: days.toReversed() };
  }
}
