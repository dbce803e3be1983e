/**
 * The window's client of its host: it sends requests, streams chats, keeps the latest snapshot, and reconnects with
 * back-off as long as the window is open. Everything that arrives is checked; what is invalid is dropped with a note
 * in the console, and never thrown into the page.
 */
import { type BackOff, backOffMs } from '../../../src-shared/back-off.ts';
import {
  type HostApi,
  hostApi,
  type HostMethod,
  type HostParams,
  type HostResult,
} from '../../../src-shared/api/host-api.ts';
import {
  type HostSnapshot,
  SnapshotBuilder,
  snapshotTopics,
} from '../../../src-shared/api/snapshot.ts';
import type { Topic, TopicEvent } from '../../../src-shared/api/topics.ts';
import type { ChatEvent, ChatRequestInput } from '../../../src-shared/chat.ts';
import { RpcClient } from '../../../src-shared/rpc/client.ts';
import type { Link, LinkEnd, Transport } from './transport.ts';
import { serverNames } from '../../../src-shared/words/errors.ts';

/**
 * A restart of the host takes a second or two, so the first tries come quickly. The longest wait is short enough that
 * the owner does not think that the window has given up. Chance spreads the tries of several windows.
 */
export const hostRetries: BackOff = { firstMs: 250, longestMs: 8000, spread: 0.5 };

/** `connected`: a snapshot has arrived over the present link. */
type Connection = 'connecting' | 'connected' | 'lost' | 'signed-out';

/** What the window knows of its host. The object is replaced and never changed, so that React can compare. */
export interface HostView {
  readonly connection: Connection;
  /** The latest snapshot, also while the connection is lost; null before the first. */
  readonly snapshot: HostSnapshot | null;
}

/** The connection broke before the response came. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';
}

export interface HostClient {
  getView(): HostView;
  /** Calls the listener after each change of the view. Returns a function that ends the calls. */
  subscribe(listener: () => void): () => void;
  /** Rejects with the host's AppError, or a ConnectionLostError. */
  request<M extends HostMethod>(method: M, params: HostParams<M>): Promise<HostResult<M>>;
  /** Resolves after the last event. Aborting cancels the chat, which then rejects as `cancelled`. */
  chat(
    request: ChatRequestInput,
    onEvent: (event: ChatEvent) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Passes on the values of topics until the signal aborts. Rejects as `chat` does; a caller that wants to go on
   * calls it again once there is a connection.
   */
  watch<T extends Topic>(
    topics: readonly T[],
    onEvent: (event: TopicEvent<T>, leftOut: readonly string[]) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** Tries at once to connect, when there is neither a connection nor a try under way. */
  reconnectNow(): void;
  close(): void;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

class ReconnectingHostClient implements HostClient {
  readonly #transport: Transport;
  readonly #listeners = new Set<() => void>();
  #view: HostView = { connection: 'connecting', snapshot: null };
  #link: Link | null = null;
  /** For the present link. */
  #rpc: RpcClient<HostApi> | null = null;
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
    return await this.#connected().call(method, params);
  }

  async chat(
    request: ChatRequestInput,
    onEvent: (event: ChatEvent) => void,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#connected().stream('chat', request, { onEvent, signal });
  }

  async watch<T extends Topic>(
    topics: readonly T[],
    onEvent: (event: TopicEvent<T>, leftOut: readonly string[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#connected().stream(
      'watch',
      { topics: [...topics] },
      { signal, onEvent: (event, leftOut) => onEvent(event as TopicEvent<T>, leftOut) },
    );
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

  #connected(): RpcClient<HostApi> {
    if (this.#view.connection !== 'connected' || this.#rpc === null) {
      throw new ConnectionLostError();
    }
    return this.#rpc;
  }

  #connect(): void {
    clearTimeout(this.#retryTimer);
    const rpc = new RpcClient({
      contract: hostApi,
      server: serverNames.host,
      ended: () => new ConnectionLostError(),
      send: (message) => this.#link?.send(JSON.stringify(message)),
      notices: {},
      onBadMessage: (problem) =>
        console.warn('Dropped a message of the host that could not be read.', problem),
      onLeftOut: (method, leftOut) => {
        if (leftOut.length > 0) {
          console.warn(`Parts of the host's response to ${method} could not be read.`, leftOut);
        }
      },
    });
    this.#rpc = rpc;
    this.#link = this.#transport.connect({
      onOpen: () => this.#watchSnapshot(rpc),
      onText: (text) => rpc.receive(parseJson(text)),
      onEnd: (end) => {
        rpc.close();
        this.#end(end);
      },
    });
  }

  #watchSnapshot(rpc: RpcClient<HostApi>): void {
    const builder = new SnapshotBuilder();
    rpc
      .stream(
        'watch',
        { topics: [...snapshotTopics] },
        {
          onEvent: (event, leftOut) => {
            const snapshot = builder.take(event, leftOut);
            if (snapshot !== null) {
              this.#hear(snapshot);
            }
          },
        },
      )
      // The stream ends with the link, which reports its own end.
      .catch(() => {});
  }

  #hear(snapshot: HostSnapshot): void {
    this.#attempt = 0;
    this.#show({ connection: 'connected', snapshot });
  }

  #end(end: LinkEnd): void {
    this.#link = null;
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

/** A client that starts to connect at once, and goes on until it is closed. */
export function createHostClient(transport: Transport): HostClient {
  return new ReconnectingHostClient(transport);
}
