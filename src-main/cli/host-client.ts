/** A running host, reached over the WebSocket that its `host.json` names. */
import { WebSocket } from 'ws';
import type { z } from 'zod';
import { type ChatEvent, type ChatRequestInput } from '../../src-shared/chat.ts';
import { AppError } from '../../src-shared/errors.ts';
import {
  type HostMessage,
  hostMessageSchema,
  type HostMethod,
  hostMethods,
  type HostParams,
  type HostResult,
  type HostSnapshot,
  withLeftOut,
} from '../../src-shared/host-api.ts';
import { parseLeniently } from '../../src-shared/lenient-list.ts';
import type { HostFile } from '../data/host-file.ts';
import type { CallableMethod } from '../host/host-handlers.ts';
import type { HostConnection } from './host-connection.ts';
import { note } from './terminal.ts';

type Control = NonNullable<HostFile['control']>;

type Pending = {
  readonly method: HostMethod;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onEvent?: (event: ChatEvent) => void;
};

/** The host is on this machine; one that does not answer by then is busy dying, in milliseconds. */
const connectWithinMs = 5000;
/** Answers carry lists of models and peers; a longer one is not from our host. */
const maxMessageBytes = 64 * 1024 * 1024;

/** The running host, or undefined when nobody, or somebody else, answers there. */
export async function connectToHost(control: Control): Promise<HostConnection | undefined> {
  const socket = new WebSocket(control.url, {
    headers: { authorization: `Bearer ${control.token}` },
    handshakeTimeout: connectWithinMs,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
  });
  const { promise, resolve } = Promise.withResolvers<HostSnapshot | undefined>();
  const client = new HostClient(socket, resolve);
  socket.once('close', () => resolve(undefined));
  const timer = setTimeout(() => socket.terminate(), connectWithinMs);
  const first = await promise;
  clearTimeout(timer);
  return first === undefined ? undefined : client;
}

class HostClient implements HostConnection {
  readonly #socket: WebSocket;
  /** Does nothing from the second one on. */
  readonly #onFirstSnapshot: (snapshot: HostSnapshot) => void;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<() => void>();
  #snapshot: HostSnapshot | undefined;
  #nextId = 1;

  constructor(socket: WebSocket, onFirstSnapshot: (snapshot: HostSnapshot) => void) {
    this.#socket = socket;
    this.#onFirstSnapshot = onFirstSnapshot;
    socket.on('message', (data) => this.#receive(data));
    // A close follows every error.
    socket.on('error', () => {});
    socket.on('close', () => this.#fail());
  }

  snapshot(): HostSnapshot {
    if (this.#snapshot === undefined || this.#socket.readyState !== WebSocket.OPEN) {
      throw goneError();
    }
    return this.#snapshot;
  }

  onSnapshot(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  call<M extends CallableMethod>(method: M, params: HostParams<M>): Promise<HostResult<M>> {
    return this.#request(method, params, this.#nextId++);
  }

  async chat(
    request: ChatRequestInput,
    onEvent: (event: ChatEvent) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const id = this.#nextId++;
    const cancel = (): void => {
      this.#request('cancel', { request: id }, this.#nextId++).catch(() => {
        // Then the host is gone, and the chat with it.
      });
    };
    signal.addEventListener('abort', cancel);
    try {
      await this.#request('chat', request, id, onEvent);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  async close(): Promise<void> {
    this.#socket.close();
  }

  #request<M extends HostMethod>(
    method: M,
    params: HostParams<M>,
    id: number,
    onEvent?: (event: ChatEvent) => void,
  ): Promise<HostResult<M>> {
    return new Promise((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN) {
        reject(goneError());
        return;
      }
      const pending = { method, resolve: resolve as (result: unknown) => void, reject };
      this.#pending.set(id, onEvent === undefined ? pending : { ...pending, onEvent });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  #receive(data: WebSocket.RawData): void {
    const text = Buffer.isBuffer(data) ? data.toString('utf8') : '';
    const { parsed, leftOut } = parseLeniently(hostMessageSchema, parseJson(text));
    if (parsed.success) {
      this.#handle(withLeftOut(parsed.data, leftOut));
    } else {
      // Not our host, or one of another version: nothing it says can be relied on.
      this.#socket.terminate();
    }
  }

  #handle(message: HostMessage): void {
    if (message.type === 'snapshot') {
      this.#snapshot = message.snapshot;
      this.#onFirstSnapshot(message.snapshot);
      this.#tell();
      return;
    }
    const pending = this.#pending.get(message.id);
    if (message.type === 'chat') {
      pending?.onEvent?.(message.event);
      return;
    }
    this.#pending.delete(message.id);
    if (pending === undefined) {
      return;
    }
    if (message.type === 'error') {
      pending.reject(AppError.fromReport(message.error));
      return;
    }
    const schema: z.ZodType = hostMethods[pending.method].result;
    const { parsed: result, leftOut } = parseLeniently(schema, message.result);
    if (result.success) {
      for (const sentence of leftOut) {
        note(sentence);
      }
      pending.resolve(result.data);
    } else {
      pending.reject(
        new AppError(
          'internal',
          `The answer of the running MindMesh ("${pending.method}") is not valid; it may be of another version.`,
          {
            cause: result.error,
          },
        ),
      );
    }
  }

  #fail(): void {
    for (const { reject } of this.#pending.values()) {
      reject(goneError());
    }
    this.#pending.clear();
    // Whoever waits for a snapshot learns that none will come.
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) {
      listener();
    }
  }
}

function goneError(): AppError {
  return new AppError('not-running', 'The running MindMesh ended, or closed the connection.');
}

function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}
