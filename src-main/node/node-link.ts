/** The host's end of the IPC channel to one life of the node process. */
import type { ChildProcess } from 'node:child_process';
import { type NodeApi, nodeApi } from '../../src-shared/api/node-api.ts';
import { AppError } from '../../src-shared/errors.ts';
import { RpcClient, type RpcClientOptions } from '../../src-shared/rpc/client.ts';
import { serverNames, hostErrors } from '../../src-shared/words/errors.ts';

export type NodeLink = RpcClient<NodeApi>;

/** The node parses bytes of strangers, so its messages are checked here, too. */
export function linkToNode(
  process: ChildProcess,
  listeners: Pick<RpcClientOptions<NodeApi>, 'notices' | 'onBadMessage' | 'onLeftOut'>,
): NodeLink {
  const link = new RpcClient({
    contract: nodeApi,
    server: serverNames.node,
    ended: endedError,
    send: (message, failed) => {
      if (process.connected) {
        process.send(message, (error) => error !== null && failed(error));
      } else {
        failed(undefined);
      }
    },
    ...listeners,
  });
  process.on('message', (message) => link.receive(message));
  process.once('disconnect', () => link.close());
  process.once('exit', () => link.close());
  return link;
}

function endedError(cause?: unknown): AppError {
  return new AppError('child-failed', hostErrors.nodeEnded, { cause });
}
