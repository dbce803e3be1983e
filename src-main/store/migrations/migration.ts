import type { Database } from 'better-sqlite3';

/**
 * One step of the database's history. A migration that has been released is frozen: it never changes, and its code
 * uses nothing of this app, which may change.
 */
export type Migration = {
  /**
   * Becomes the database's `user_version`. From the fifth on in steps of ten, so that an earlier release can get a
   * further step later.
   */
  readonly version: number;
  /** The step runs in one transaction with all others that are due; an error leaves the database as it was. */
  readonly change: string | ((database: Database) => void);
};
