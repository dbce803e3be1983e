/** A running host, reached over the WebSocket that its `host.json` names. */
import { WebSocket } from 'ws';
import { type HostApi, hostApi } from '../../src-shared/api/host-api.ts';
import {
  type HostSnapshot,
  SnapshotBuilder,
  snapshotTopics,
} from '../../src-shared/api/snapshot.ts';
import { AppError } from '../../src-shared/errors.ts';
import { RpcClient } from '../../src-shared/rpc/client.ts';
import { newestOf } from './newest-of.ts';
import type { HostFile } from '../data/host-file.ts';
import type { HostConnection } from './host-connection.ts';
import { note } from './terminal.ts';
import { serverNames } from '../../src-shared/words/errors.ts';
import { commandErrors } from '../../src-shared/words/command-line.ts';

type Control = NonNullable<HostFile['control']>;

/** The host is on this machine: one that has not responded by then is about to end. In milliseconds. */
const connectWithinMs = 5000;
/** Responses carry lists of models and peers; a longer one is not from a host of this app. */
const maxMessageBytes = 64 * 1024 * 1024;

/** The running host, or undefined when no process, or another user's, responds there. */
export async function connectToHost(control: Control): Promise<HostConnection | undefined> {
  const socket = new WebSocket(control.url, {
    headers: { authorization: `Bearer ${control.token}` },
    handshakeTimeout: connectWithinMs,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
  });
  let newest: HostSnapshot | undefined;
  const listeners = new Set<() => void>();
  const { promise, resolve } = Promise.withResolvers<void>();
  const tell = (): void => {
    for (const listener of listeners) {
      listener();
    }
  };
  const client = clientOn(socket);
  const builder = new SnapshotBuilder();
  socket.once('open', () => {
    client
      .stream(
        'watch',
        { topics: [...snapshotTopics] },
        {
          onEvent: (event, leftOut) => {
            newest = builder.take(event, leftOut) ?? newest;
            if (newest !== undefined) {
              // Only the first call of this does anything.
              resolve();
              tell();
            }
          },
        },
      )
      // A host of another version may not know this method, or the host has ended.
      .catch(() => socket.terminate());
  });
  socket.once('close', () => {
    resolve();
    // Callers that wait for a snapshot look again, and learn that none will come.
    tell();
  });
  const timer = setTimeout(() => socket.terminate(), connectWithinMs);
  await promise;
  clearTimeout(timer);
  if (newest === undefined) {
    return undefined;
  }
  return {
    snapshot: () => {
      if (newest === undefined || client.isClosed) {
        throw goneError();
      }
      return newest;
    },
    onSnapshot: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    call: (method, params) => client.call(method, params),
    topic: (topic) => newestOf(client, topic),
    chat: async (request, onEvent, signal) => {
      await client.stream('chat', request, { onEvent, signal });
    },
    close: async () => socket.close(),
  };
}

function clientOn(socket: WebSocket): RpcClient<HostApi> {
  const client = new RpcClient({
    contract: hostApi,
    server: serverNames.runningHost,
    ended: goneError,
    send: (message) => socket.send(JSON.stringify(message)),
    notices: {},
    // The process at this address is not our host, or is one of another version; its messages cannot be relied on.
    onBadMessage: () => socket.terminate(),
    onLeftOut: (_, leftOut) => leftOut.forEach(note),
  });
  socket.on('message', (data) => {
    client.receive(parseJson(Buffer.isBuffer(data) ? data.toString('utf8') : ''));
  });
  // `ws` emits a close after every error.
  socket.on('error', () => {});
  socket.on('close', () => client.close());
  return client;
}

function goneError(): AppError {
  return new AppError('not-running', commandErrors.hostGone);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
