/** The host's end of the IPC channel to one life of the node process. */
import type { ChildProcess } from 'node:child_process';
import { type NodeApi, nodeApi } from '../../src-shared/api/node-api.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { RpcClient, RpcClientOptions } from '../../src-shared/rpc/client.ts';
import { serverNames, hostErrors } from '../../src-shared/words/errors.ts';
import { linkToChild } from './child-link.ts';

export type NodeLink = RpcClient<NodeApi>;

export function linkToNode(
  process: ChildProcess,
  listeners: Pick<RpcClientOptions<NodeApi>, 'notices' | 'onBadMessage' | 'onLeftOut'>,
): NodeLink {
  return linkToChild(process, {
    contract: nodeApi,
    server: serverNames.node,
    ended: (cause) => new AppError('child-failed', hostErrors.nodeEnded, { cause }),
    ...listeners,
  });
}
