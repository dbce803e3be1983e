/**
 * One step of the database's history. A migration that has been released is frozen: it never changes and
 * uses nothing that can; the next change of the schema is the next number.
 */
export type Migration = {
  /** Becomes the database's `user_version`; one more than that of the migration before. */
  readonly version: number;
  readonly sql: string;
};
