/**
 * The window as a client of the host: its messages come over Electron's IPC, and it gets changes only while it can be
 * seen.
 */
import { ClientSession } from '../host/client-session.ts';
import type { Host } from '../host/host.ts';

export type WindowEnd = {
  send(text: string): void;
  /** False while the window is hidden. */
  isSeen(): boolean;
};

export class WindowSession {
  readonly #host: Host;
  readonly #session: ClientSession;
  readonly #whenSeen = new Set<() => void>();

  constructor(host: Host, window: WindowEnd) {
    this.#host = host;
    this.#session = new ClientSession(host, (text) => window.send(text), {
      isReady: () => window.isSeen(),
      onReady: (listener) => {
        this.#whenSeen.add(listener);
        return () => this.#whenSeen.delete(listener);
      },
    });
  }

  /** Takes one message of the page. */
  receive(text: string): void {
    this.#session.receive(text).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : 'Not understood';
      this.#host.log.write('warn', 'window', message);
    });
  }

  /** The window can be seen again and gets what it has missed. */
  seen(): void {
    for (const listener of this.#whenSeen) {
      listener();
    }
  }

  close(): void {
    this.#session.close();
  }
}
