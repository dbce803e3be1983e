/** The owner's pause, stored over restarts until it is over. */
import { type StoredPause, storedPauseSchema } from '../duty/pause-request.ts';
import type { Database } from './database.ts';

export class PauseStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** null when there is no pause, or none that can be read. */
  read(): StoredPause | null {
    const row = this.#database.prepare('SELECT * FROM pause').get();
    return storedPauseSchema.safeParse(row).data ?? null;
  }

  write(pause: StoredPause | null): void {
    const forget = this.#database.prepare('DELETE FROM pause');
    const keep = this.#database.prepare(
      'INSERT INTO pause (choice, askedAtWallMs, durationMs) VALUES (?, ?, ?)',
    );
    this.#database.transaction(() => {
      forget.run();
      if (pause !== null) {
        keep.run(pause.choice, pause.askedAtWallMs, pause.durationMs);
      }
    })();
  }
}
