/** One WebSocket of the window or the command line: snapshot first, then answers, chats and changes. */
import type { WebSocket } from 'ws';
import { toAppError } from '../../src-shared/errors.ts';
import { ClientSession } from '../host/client-session.ts';
import type { Host } from '../host/host.ts';
import { Merged } from '../base/merged.ts';

export const socketLimits = {
  /** Largest message taken, in bytes: a very long conversation. */
  messageBytes: 4 * 1024 * 1024,
  /** A client that left this much unread gets no snapshots until it has read some. */
  snapshotBufferBytes: 256 * 1024,
  /** One that left this much unread has stopped reading, and is let go. */
  bufferBytes: 16 * 1024 * 1024,
  snapshotIntervalMs: 1000,
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
  const snapshots = new Merged({
    intervalMs: socketLimits.snapshotIntervalMs,
    tell: () => {
      if (socket.bufferedAmount > socketLimits.snapshotBufferBytes) {
        return false;
      }
      session.tellSnapshot(host.snapshot());
      return true;
    },
  });
  const session = new ClientSession(host, send);
  const forget = host.onSnapshot(() => snapshots.notify());

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
    forget();
    snapshots.stop();
    session.close();
  });
  snapshots.notify();
}
