/**
 * What the window needs of the wire to its host: text messages, one attempt at a time. A browser speaks
 * WebSocket; the desktop window will put Electron's IPC behind the same interface.
 */

/** Why a link ended: the wire broke or no host answered, or the host does not know this window. */
export type LinkEnd = 'lost' | 'signed-out';

export interface LinkEvents {
  /** Once, when text can be sent. */
  onOpen(): void;
  onText(text: string): void;
  /** Exactly once, also when the link never opened; nothing follows it. */
  onEnd(end: LinkEnd): void;
}

export interface Link {
  /** Text sent before the link is open is dropped. */
  send(text: string): void;
  close(): void;
}

export interface Transport {
  /** One attempt to reach the host. */
  connect(events: LinkEvents): Link;
}
