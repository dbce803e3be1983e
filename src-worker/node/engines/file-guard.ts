/**
 * Notices when the file of a loaded shard changes. An engine maps the file into memory, so bytes that are written over it
 * become its weights at once, and its results wrong.
 *
 * It compares device, inode, size and modification time: before each session, when the system reports a change, and every few
 * seconds, since network drives report none.
 */
import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';

/** Time between checks, in milliseconds. */
const lookEveryMs = 5000;

/** The file's identity and state as `stat` shows them; undefined when the file cannot be read. */
export async function stampOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs].join(' ');
  } catch {
    return undefined;
  }
}

export class FileGuard {
  readonly #path: string;
  readonly #stamp: string | undefined;
  readonly #onChanged: () => void;
  readonly #timer: NodeJS.Timeout;
  readonly #watcher: FSWatcher | undefined;
  #isOver = false;

  /**
   * Watches until the file has changed, or `stop`. A deleted file counts as unchanged: an engine that mapped it still has it.
   * @param stamp the file's stamp before it was loaded
   * @param onChanged called once at most
   */
  constructor(path: string, stamp: string | undefined, onChanged: () => void) {
    this.#path = path;
    this.#stamp = stamp;
    this.#onChanged = onChanged;
    this.#timer = setInterval(() => void this.check(), lookEveryMs).unref();
    this.#watcher = watchFile(path, () => void this.check());
  }

  /** Whether the file is as it was loaded. */
  async check(): Promise<boolean> {
    const now = await stampOf(this.#path);
    const isSame = now === undefined || now === this.#stamp;
    if (!isSame && !this.#isOver) {
      this.stop();
      this.#onChanged();
    }
    return isSame;
  }

  /** Safe to call twice. */
  stop(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
    this.#watcher?.close();
  }
}

/** Watches the file for changes; undefined where the system cannot, so that only the periodic checks notice them. */
function watchFile(path: string, onEvent: () => void): FSWatcher | undefined {
  try {
    return watch(path, { persistent: false }, onEvent).on('error', () => {});
  } catch {
    return undefined;
  }
}
