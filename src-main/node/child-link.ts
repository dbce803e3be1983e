/** This process's end of the IPC channel to a child process: questions of a contract, over one life of the child. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { RpcClient, type RpcClientOptions } from '../../src-shared/rpc/client.ts';
import type { Contract } from '../../src-shared/rpc/contract.ts';

/** The child parses bytes of strangers, so its messages are checked here, too. */
export function linkToChild<C extends Contract>(
  process: ChildProcess,
  options: Omit<RpcClientOptions<C>, 'send'>,
): RpcClient<C> {
  const link = new RpcClient({
    ...options,
    send: (message, failed) => {
      if (process.connected) {
        process.send(message, (error) => error !== null && failed(error));
      } else {
        failed(undefined);
      }
    },
  });
  process.on('message', (message) => link.receive(message));
  process.once('disconnect', () => link.close());
  process.once('exit', () => link.close());
  return link;
}

/**
 * Starts a child by its link. When the link closes first, the process is ending, and its exit tells more than the closed link:
 * `over` is awaited then.
 */
export async function startByLink<T>(
  link: { readonly isClosed: boolean },
  over: AbortSignal,
  start: () => Promise<T>,
): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if (link.isClosed && !over.aborted) {
      await once(over, 'abort');
    }
    throw error;
  }
}
