import type { Database } from 'better-sqlite3';

/**
 * One step of the database's history. A migration that has been released is frozen: it never changes and uses nothing
 * that can, so its code calls nothing of this app.
 */
export type Migration = {
  /**
   * Becomes the database's `user_version`. From the fifth on by ten, so that a release that is being mended can have a
   * step between two of the next one.
   */
  readonly version: number;
  /** What it does, in one transaction with the other steps that are due; what throws leaves the database as it was. */
  readonly change: string | ((database: Database) => void);
};
