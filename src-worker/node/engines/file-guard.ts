/**
 * Notices that the file of a loaded shard is not the one that was loaded. An engine maps the file, so bytes that are
 * written over it become its weights at once, and its answers other text.
 *
 * It compares device, inode, size and time of change: before each answer, when the system tells of a change, and every
 * few seconds, since a network drive tells of none.
 */
import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';

/** In milliseconds. */
const lookEveryMs = 5000;

/** What `stat` shows of a file's identity and content; undefined when there is no file to be read. */
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
   * Watches until the file has changed, or `stop`. A file that is gone has not changed: an engine that mapped it still has it.
   * @param stamp of the file before it was loaded
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

/** undefined where the system does not tell of changes; then looking every few seconds has to do. */
function watchFile(path: string, onEvent: () => void): FSWatcher | undefined {
  try {
    return watch(path, { persistent: false }, onEvent).on('error', () => {});
  } catch {
    return undefined;
  }
}
