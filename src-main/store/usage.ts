/** What was received and served, stored for the owner as totals of days: numbers and models, never text or peers. */
import type { Statement } from 'better-sqlite3';
import type { UsageSummary } from '../../src-shared/api/usage.ts';
import type { Usage } from '../../src-shared/api/usage.ts';
import type { Database } from './database.ts';

const summaryDays = 30;

/** Days that are stored one by one; earlier ones are only in the totals of all time. */
const storedDays = 400;

type Row = {
  readonly at: number;
  readonly kind: Usage['kind'];
  readonly model: string;
  readonly promptTokens: number;
  readonly tokens: number;
  readonly computeMs: number;
};

export class UsageStore {
  readonly #addRow: (row: Row) => void;
  readonly #totals: Statement<[], { kind: Usage['kind']; answers: number; tokens: number }>;
  readonly #days: Statement<[], UsageSummary['days'][number]>;

  constructor(database: Database) {
    const addToDay = database.prepare<[Row], { answers: number }>(
      `INSERT INTO usage_days
       VALUES (date(@at / 1000, 'unixepoch', 'localtime'), @kind, @model, 1, @promptTokens, @tokens, @computeMs)
       ON CONFLICT DO UPDATE SET answers = answers + 1, tokens = tokens + excluded.tokens,
         prompt_tokens = prompt_tokens + excluded.prompt_tokens, compute_ms = compute_ms + excluded.compute_ms
       RETURNING answers`,
    );
    const addToTotals = database.prepare<[Row]>(
      `INSERT INTO usage_totals VALUES (@kind, 1, @tokens)
       ON CONFLICT DO UPDATE SET answers = answers + 1, tokens = tokens + excluded.tokens`,
    );
    // The oldest days are found by count and not by the clock: a clock that is wrong for a day must not delete a
    // year.
    const forget = database.prepare(
      `DELETE FROM usage_days WHERE day <
         (SELECT day FROM usage_days GROUP BY day ORDER BY day DESC LIMIT 1 OFFSET ${storedDays - 1})`,
    );
    this.#addRow = database.transaction((row: Row) => {
      addToTotals.run(row);
      if (addToDay.get(row)?.answers === 1) {
        forget.run();
      }
    });
    this.#totals = database.prepare('SELECT kind, answers, tokens FROM usage_totals');
    this.#days = database.prepare(
      `SELECT day, sum(iif(kind = 'asked', tokens, 0)) AS received, sum(iif(kind = 'served', tokens, 0)) AS served
       FROM usage_days GROUP BY day ORDER BY day DESC LIMIT ${summaryDays}`,
    );
  }

  add(usage: Usage): void {
    const at = Math.round(usage.at);
    if (usage.kind === 'asked') {
      const { kind, promptTokens, receipt } = usage;
      const { model, tokens } = receipt;
      this.#addRow({ at, kind, model, promptTokens, tokens, computeMs: 0 });
    } else {
      const { kind, model, tokens, computeMs } = usage;
      this.#addRow({ at, kind, model, promptTokens: 0, tokens, computeMs });
    }
  }

  /** Totals of all time, and tokens of each of the last 30 days (local time) that had any. */
  summary(): UsageSummary {
    const totals = this.#totals.all();
    const { answers = 0, tokens = 0 } = totals.find(({ kind }) => kind === 'asked') ?? {};
    return {
      answers,
      tokensReceived: tokens,
      tokensServed: totals.find(({ kind }) => kind === 'served')?.tokens ?? 0,
      days: this.#days.all().toReversed(),
    };
  }
}
