/** What the owner has agreed to, and which notices were shown, over all runs of the app. */
import type { Database } from './database.ts';
import { notSaved } from './write-errors.ts';
import { databaseErrors } from '../../src-shared/words/errors.ts';

/** The number grows when the first screen says something new that needs a new consent. */
export type Acknowledgement = 'consent 3' | 'closed to the tray';

export class AcknowledgementStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  has(name: Acknowledgement): boolean {
    return (
      this.#database.prepare('SELECT 1 FROM acknowledgements WHERE name = ?').get(name) !==
      undefined
    );
  }

  /** Whether the owner has agreed to any first screen, this one or an earlier one. */
  hasAnyConsent(): boolean {
    return (
      this.#database
        .prepare("SELECT 1 FROM acknowledgements WHERE name GLOB 'consent*' LIMIT 1")
        .get() !== undefined
    );
  }

  /**
   * Adds an acknowledgement. @returns whether it is new
   * @throws AppError what `add` throws
   */
  addNew(name: Acknowledgement): boolean {
    const isNew = !this.has(name);
    if (isNew) {
      this.add(name);
    }
    return isNew;
  }

  /** @throws AppError `data-folder-unusable` when it cannot be written, e.g. on a full disk */
  add(name: Acknowledgement): void {
    try {
      this.#database
        .prepare('INSERT OR IGNORE INTO acknowledgements (name, at) VALUES (?, ?)')
        .run(name, Date.now());
    } catch (error) {
      throw notSaved(databaseErrors.yourAnswer, this.#database, error);
    }
  }
}
