/** Stores the reputation of peers, so that a peer that lied is not trusted again just because this node restarted. */
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
  /** Blame by peer, the latest fault last. */
  blamed: z.array(z.tuple([z.string().max(100), z.number().min(0)])).max(mostBlamed),
});

/** Delay before a write, in milliseconds, so that faults in quick succession are written together. */
const writeAfterMs = 1000;

export class StoredReputation {
  readonly book: Reputation;
  readonly #path: string;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;
  /** The last write; writes follow one another, so that the newest stays on disk. */
  #written: Promise<void> = Promise.resolve();

  /** Reads the file; where there is none, or it cannot be read, all peers are fully trusted. */
  static async open(dataFolder: string, log: Log): Promise<StoredReputation> {
    const reputation = new StoredReputation(join(dataFolder, 'standing.json'), log);
    try {
      const { at, blamed } = storedSchema.parse(
        JSON.parse(await readFile(reputation.#path, 'utf8')),
      );
      // The age must not be negative, as it would be after the clock was set back.
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
        this.#log('warn', `The reputation of peers could not be written: ${why}`);
      });
  }
}
