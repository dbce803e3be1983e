/** The node's end of the link to its host. */
import { type NodeApi, nodeApi, type NodeMethod } from '../../src-shared/api/node-api.ts';
import { describeCauses, toAppError } from '../../src-shared/errors.ts';
import type { ServerMessage } from '../../src-shared/rpc/contract.ts';
import { type Handlers, RpcServer } from '../../src-shared/rpc/server.ts';

export type NodeHandlers = Handlers<NodeApi>;

/** Node's IPC channel, or a substitute in tests. */
export type HostChannel = {
  readonly send: (message: ServerMessage) => void;
  readonly onMessage: (listener: (message: unknown) => void) => void;
};

/**
 * Responds to every request of the host once; other messages are logged and dropped.
 * @param handlers called at each request, because most handlers exist only while the node runs
 */
export function serveHost(
  channel: HostChannel,
  handlers: () => Partial<NodeHandlers>,
  beforeResponse: (method: NodeMethod) => void | Promise<void> = () => {},
): RpcServer<NodeApi> {
  const server = new RpcServer({
    contract: nodeApi,
    handlers,
    send: channel.send,
    onInternalError: (error) => log(describeCauses(error)),
    beforeResponse,
  });
  const log = (message: string): void =>
    server.tell('log', { level: 'warn', source: 'node', message });
  channel.onMessage((message) => {
    server.receive(message).catch((error: unknown) => {
      log(`The host sent something that is not a request: ${toAppError(error).message}`);
    });
  });
  return server;
}
