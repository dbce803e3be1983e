/**
 * The window as a client of the host: its messages come in over Electron's IPC, and snapshots go out at most once a
 * second, and only while somebody can see them.
 */
import { ClientSession } from '../host/client-session.ts';
import type { Host } from '../host/host.ts';
import { Merged } from '../base/merged.ts';

export type WindowEnd = {
  send(text: string): void;
  /** False while the window is hidden. */
  isSeen(): boolean;
};

const snapshotIntervalMs = 1000;

export class WindowSession {
  readonly #host: Host;
  readonly #session: ClientSession;
  readonly #snapshots: Merged;
  readonly #forget: () => void;
  /** The next time the window is seen it gets a snapshot. */
  #isBehind = false;

  /** Begins with a snapshot, seen or not. */
  constructor(host: Host, window: WindowEnd) {
    this.#host = host;
    this.#session = new ClientSession(host, (text) => window.send(text));
    this.#snapshots = new Merged({
      intervalMs: snapshotIntervalMs,
      tell: () => {
        this.#isBehind = !window.isSeen();
        if (!this.#isBehind) {
          this.#sendSnapshot();
        }
        return true;
      },
    });
    this.#forget = host.onSnapshot(() => this.#snapshots.notify());
    this.#sendSnapshot();
  }

  /** Takes one message of the page. */
  receive(text: string): void {
    this.#session.receive(text).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : 'Not understood';
      this.#host.log.write('warn', 'window', message);
    });
  }

  /** The window can be seen again. */
  seen(): void {
    if (this.#isBehind) {
      this.#snapshots.notify();
    }
  }

  close(): void {
    this.#forget();
    this.#snapshots.stop();
    this.#session.close();
  }

  #sendSnapshot(): void {
    this.#session.tellSnapshot(this.#host.snapshot());
  }
}
