/** The reputation of peers over restarts: a peer that lied is not believed again because this node was started anew. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { toAppError } from '../../../src-shared/errors.ts';
import { writeAtomically } from '../../../src-shared/files/atomic-file.ts';
import type { Log } from '../base/log.ts';
import { mostBlamed } from './faults.ts';
import { Reputation } from './reputation.ts';

const storedSchema = z.strictObject({
  /** Milliseconds since 1970. */
  at: z.number(),
  /** The latest fault last. */
  blamed: z.array(z.tuple([z.string().max(100), z.number().min(0)])).max(mostBlamed),
});

/** Faults that come in quick succession are written down together, in milliseconds. */
const writeAfterMs = 1000;

export class StoredReputation {
  readonly book: Reputation;
  readonly #path: string;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;
  /** One after the other, so that the newest is what stays. */
  #written: Promise<void> = Promise.resolve();

  /** Where there is no such file, or it cannot be read, all peers begin with full trust. */
  static async open(dataFolder: string, log: Log): Promise<StoredReputation> {
    const reputation = new StoredReputation(join(dataFolder, 'standing.json'), log);
    try {
      const { at, blamed } = storedSchema.parse(
        JSON.parse(await readFile(reputation.#path, 'utf8')),
      );
      // A clock that was set back forgives nothing.
      reputation.book.restore(blamed, Math.max(0, Date.now() - at));
    } catch {
      return reputation;
    }
    return reputation;
  }

  private constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
    this.book = new Reputation(
      () => performance.now(),
      () => {
        this.#timer ??= setTimeout(() => this.#write(), writeAfterMs).unref();
      },
    );
  }

  /** Resolves when everything is on disk. */
  async close(): Promise<void> {
    if (this.#timer !== undefined) {
      this.#write();
    }
    await this.#written;
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = JSON.stringify({ at: Date.now(), blamed: this.book.blamed() });
    this.#written = this.#written
      .then(() => writeAtomically(this.#path, (handle) => handle.writeFile(text)))
      .catch((error: unknown) => {
        const why = toAppError(error).message;
        this.#log('warn', `How far peers are trusted could not be written down: ${why}`);
      });
  }
}
