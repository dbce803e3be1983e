/**
 * Serves one client of the host, on any transport. When the client is gone, its pending requests are
 * cancelled.
 */
import { type HostApi, hostApi } from '../../src-shared/api/host-api.ts';
import { describeCauses } from '../../src-shared/errors.ts';
import { type Flow, RpcServer } from '../../src-shared/rpc/server.ts';
import type { Host } from './host.ts';

/** Questions of one client under way at once. A window has a handful. */
const maxPending = 32;

export class ClientSession {
  readonly #server: RpcServer<HostApi>;

  constructor(host: Host, send: (text: string) => void, flow: Flow) {
    this.#server = new RpcServer({
      contract: hostApi,
      handlers: () => host.handlers,
      send: (message) => send(JSON.stringify(message)),
      onInternalError: (error) =>
        host.log.write('error', 'host', error.message, { cause: describeCauses(error) }),
      maxPending,
      flow,
      // A client sees its own change no later than the response to it.
      beforeResponse: () => host.refreshTopics(),
    });
  }

  /**
   * Takes one message of the client. The response is sent through `send`; this resolves after it.
   *
   * @throws AppError `protocol-violation` when the message is not a request
   */
  receive(text: string): Promise<void> {
    return this.#server.receive(parseJson(text));
  }

  /** The client is gone: its open questions are cancelled. */
  close(): void {
    this.#server.close();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
