/**
 * The window's connection to its host: text messages, one attempt at a time. A browser uses a WebSocket, the desktop
 * window Electron's IPC.
 */

/** Why a link ended: the connection broke or no host responded, or the host does not know this window. */
export type LinkEnd = 'lost' | 'signed-out';

export interface LinkEvents {
  /** Called once, when text can be sent. */
  onOpen(): void;
  onText(text: string): void;
  /** Called exactly once, also when the link never opened; no other call follows. */
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
