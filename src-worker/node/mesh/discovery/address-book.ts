/**
 * The addresses of peers that this node was connected to, for its next start, since its bootstrap nodes may be gone by
 * then. The book is only a hint: a file that cannot be read counts as an empty one.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { privateMode, writeAtomically } from '../../../../src-shared/files/atomic-file.ts';
import type { Log } from '../../base/log.ts';
import { maxAddresses } from '../addresses.ts';

const fileName = 'peers.json';

/** Most peers in the book: those seen last. */
const maxEntries = 1024;
const maxFileBytes = 8 * 1024 * 1024;

/** How often it is written who was seen last, in milliseconds. */
const saveEveryMs = 300_000;
/**
 * How soon a new address is written, in milliseconds: a process that is killed must not forget where its peers are. Many
 * that come together share one write.
 */
const saveSoonMs = 5000;

const entrySchema = z.object({
  peer: z.string().max(100),
  addresses: z.array(z.string().max(500)).max(maxAddresses),
  /** Milliseconds since 1970. */
  seenAt: z.number(),
});
const bookSchema = z.object({ peers: z.array(entrySchema).max(maxEntries) });
export type RememberedPeer = z.infer<typeof entrySchema>;

export class AddressBook {
  readonly #path: string;
  readonly #log: Log;
  readonly #entries = new Map<string, RememberedPeer>();
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;
  #isChanged = false;
  #saving: Promise<void> = Promise.resolve();

  private constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
  }

  static async open(folder: string, log: Log): Promise<AddressBook> {
    const book = new AddressBook(join(folder, fileName), log);
    for (const entry of await read(book.#path, log)) {
      book.#entries.set(entry.peer, entry);
    }
    book.#timer = setInterval(() => void book.#save(), saveEveryMs).unref();
    return book;
  }

  /** All entries, the last seen first. */
  all(): RememberedPeer[] {
    return [...this.#entries.values()].toSorted((a, b) => b.seenAt - a.seenAt);
  }

  /** Notes a connected peer with the addresses in its record. */
  seen(peer: string, addresses: readonly string[]): void {
    if (addresses.length === 0) {
      return;
    }
    const entry = { peer, addresses: addresses.slice(0, maxAddresses), seenAt: Date.now() };
    if (entry.addresses.join(' ') !== this.#entries.get(peer)?.addresses.join(' ')) {
      this.#soon ??= setTimeout(() => void this.#save(), saveSoonMs).unref();
    }
    this.#isChanged = true;
    this.#entries.set(peer, entry);
  }

  /** Writes unsaved entries, and none after that. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#save();
  }

  #save(): Promise<void> {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    if (this.#isChanged) {
      this.#isChanged = false;
      this.#saving = this.#saving.then(() => this.#write());
    }
    return this.#saving;
  }

  async #write(): Promise<void> {
    try {
      const peers = this.all().slice(0, maxEntries);
      const text = JSON.stringify({ peers });
      await writeAtomically(this.#path, (handle) => handle.writeFile(text), { mode: privateMode });
    } catch (error) {
      this.#log('warn', 'The addresses of peers could not be written for the next start', {
        error,
      });
    }
  }
}

async function read(path: string, log: Log): Promise<RememberedPeer[]> {
  try {
    const { size } = await stat(path);
    if (size > maxFileBytes) {
      throw new Error(`${size} bytes are too many`);
    }
    return bookSchema.parse(JSON.parse(await readFile(path, 'utf8'))).peers;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
      log('warn', `${path} cannot be read; peers of the last run are forgotten`, { error });
    }
    return [];
  }
}
