/**
 * The window's one way to its host: asks, streams chats, keeps the latest snapshot, and reconnects with
 * back-off for as long as the window lives. Everything that comes in is parsed; what does not parse is
 * dropped with a note in the console, never thrown into the page.
 */
import { type BackOff, backOffMs } from '../../../src-shared/back-off.ts';
import type { ChatEvent, ChatRequestInput } from '../../../src-shared/chat.ts';
import {
  hostMessageSchema,
  type HostMessage,
  type HostMethod,
  type HostParams,
  type HostResult,
  type HostSnapshot,
  withLeftOut,
} from '../../../src-shared/host-api.ts';
import { parseLeniently } from '../../../src-shared/lenient-list.ts';
import { PendingRequests } from './pending-requests.ts';
import type { Link, LinkEnd, Transport } from './transport.ts';

/**
 * A restart of the host takes a second or two, so the first tries come quickly; the longest wait is short enough that
 * nobody wonders whether the window has given up. Chance spreads several windows.
 */
export const hostRetries: BackOff = { firstMs: 250, longestMs: 8000, spread: 0.5 };

/** `connected` means that a snapshot has come over this very link. */
type Connection = 'connecting' | 'connected' | 'lost' | 'signed-out';

/** What the window knows of its host. Replaced, never changed, so that React can compare. */
export interface HostView {
  readonly connection: Connection;
  /** The latest one, also while the connection is lost; null before the first. */
  readonly snapshot: HostSnapshot | null;
}

/** The wire broke before the answer came. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';
}

export interface HostClient {
  getView(): HostView;
  /** Calls the listener after each change of the view. Answers with the way to stop that. */
  subscribe(listener: () => void): () => void;
  /** Rejects with the host's AppError, or a ConnectionLostError. */
  request<M extends HostMethod>(method: M, params: HostParams<M>): Promise<HostResult<M>>;
  /** Resolves after the last event. Aborting cancels the chat, which then rejects as `cancelled`. */
  chat(
    request: ChatRequestInput,
    onEvent: (event: ChatEvent) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** Tries again at once when there is no connection and no try is under way. */
  reconnectNow(): void;
  close(): void;
}

function parseMessage(text: string): HostMessage | null {
  try {
    const { parsed, leftOut } = parseLeniently(hostMessageSchema, JSON.parse(text));
    if (!parsed.success) {
      throw parsed.error;
    }
    return withLeftOut(parsed.data, leftOut);
  } catch (error) {
    console.warn('Dropped a message of the host that could not be read.', error);
    return null;
  }
}

class ReconnectingHostClient implements HostClient {
  readonly #transport: Transport;
  readonly #pending = new PendingRequests();
  readonly #listeners = new Set<() => void>();
  #view: HostView = { connection: 'connecting', snapshot: null };
  #link: Link | null = null;
  #attempt = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#connect();
  }

  getView(): HostView {
    return this.#view;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async request<M extends HostMethod>(method: M, params: HostParams<M>): Promise<HostResult<M>> {
    return await this.#ask(method, params).answer;
  }

  async chat(
    request: ChatRequestInput,
    onEvent: (event: ChatEvent) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { id, answer } = this.#ask('chat', request, onEvent);
    const cancel = (): void => {
      // The chat's own answer tells how this ended; the cancel's answer adds nothing.
      this.request('cancel', { request: id }).catch(() => {});
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      await answer;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  reconnectNow(): void {
    if (this.#view.connection !== 'connected' && this.#link === null) {
      this.#connect();
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retryTimer);
    this.#link?.close();
  }

  #ask<M extends HostMethod>(
    method: M,
    params: HostParams<M>,
    onChatEvent?: (event: ChatEvent) => void,
  ): { id: number; answer: Promise<HostResult<M>> } {
    const asked = this.#pending.add(method, onChatEvent);
    if (this.#view.connection === 'connected') {
      this.#link?.send(JSON.stringify({ id: asked.id, method, params }));
    } else {
      this.#pending.failAll(() => new ConnectionLostError());
    }
    return asked;
  }

  #connect(): void {
    clearTimeout(this.#retryTimer);
    this.#link = this.#transport.connect({
      onText: (text) => this.#take(text),
      onEnd: (end) => this.#end(end),
    });
  }

  #take(text: string): void {
    const message = parseMessage(text);
    if (message?.type === 'snapshot') {
      this.#attempt = 0;
      this.#show({ connection: 'connected', snapshot: message.snapshot });
    } else if (message !== null) {
      this.#pending.take(message);
    }
  }

  #end(end: LinkEnd): void {
    this.#link = null;
    this.#pending.failAll(() => new ConnectionLostError());
    if (this.#closed) {
      return;
    }
    this.#show({ ...this.#view, connection: end });
    if (end === 'lost') {
      this.#attempt += 1;
      const delay = backOffMs(hostRetries, this.#attempt, Math.random());
      this.#retryTimer = setTimeout(() => this.#connect(), delay);
    }
  }

  #show(view: HostView): void {
    this.#view = view;
    for (const listener of this.#listeners) {
      listener();
    }
  }
}

/** A client that starts to connect at once and goes on until it is closed. */
export function createHostClient(transport: Transport): HostClient {
  return new ReconnectingHostClient(transport);
}
