/** One WebSocket of the window or the command line: responses, chats, and what it watches. */
import type { WebSocket } from 'ws';
import { toAppError } from '../../src-shared/errors.ts';
import { ClientSession } from '../host/client-session.ts';
import type { Host } from '../host/host.ts';
import type { Flow } from '../../src-shared/rpc/server.ts';

export const socketLimits = {
  /** Largest message taken, in bytes: a very long conversation. */
  messageBytes: 4 * 1024 * 1024,
  /** A client with this many unread bytes gets no more of what it watches until it has read some. */
  watchBufferBytes: 256 * 1024,
  /** A client with this many unread bytes has stopped reading, and is disconnected. */
  bufferBytes: 16 * 1024 * 1024,
  readyCheckMs: 1000,
} as const;

/** Codes of RFC 6455, section 7.4.1. */
const policyViolation = 1008;

export function serveSocket(host: Host, socket: WebSocket): void {
  const send = (text: string): void => {
    if (socket.bufferedAmount > socketLimits.bufferBytes) {
      socket.terminate();
    } else if (socket.readyState === socket.OPEN) {
      socket.send(text);
    }
  };
  const flow = new SocketFlow(socket);
  const session = new ClientSession(host, send, flow);

  socket.on('message', (data, isBinary) => {
    const text = isBinary || !Buffer.isBuffer(data) ? '' : data.toString('utf8');
    session.receive(text).catch((error: unknown) => {
      const { message } = toAppError(error);
      host.log.write('warn', 'window', message);
      // A reason may have at most 123 bytes.
      socket.close(policyViolation, message.slice(0, 100));
    });
  });
  socket.on('error', (error) => {
    host.log.write('debug', 'window', 'A connection of a window broke', { reason: error.message });
  });
  socket.on('close', () => {
    flow.stop();
    session.close();
  });
}

/**
 * Holds back what a client watches while it does not read. A socket has no event for having been read, so it is
 * checked.
 */
class SocketFlow implements Flow {
  readonly #socket: WebSocket;
  readonly #listeners = new Set<() => void>();
  #check: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  isReady(): boolean {
    const isReady = this.#socket.bufferedAmount <= socketLimits.watchBufferBytes;
    if (!isReady) {
      this.#check ??= setTimeout(() => this.#checkAgain(), socketLimits.readyCheckMs);
    }
    return isReady;
  }

  onReady(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  stop(): void {
    clearTimeout(this.#check);
    this.#listeners.clear();
  }

  #checkAgain(): void {
    this.#check = undefined;
    if (this.isReady()) {
      for (const listener of this.#listeners) {
        listener();
      }
    }
  }
}
