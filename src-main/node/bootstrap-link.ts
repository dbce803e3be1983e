/** The command's end of the IPC channel to the process behind `mindmesh bootstrap`. */
import type { ChildProcess } from 'node:child_process';
import { type BootstrapApi, bootstrapApi } from '../../src-shared/api/bootstrap-api.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { RpcClient } from '../../src-shared/rpc/client.ts';
import { serverNames, childNames, childWords } from '../../src-shared/words/errors.ts';
import { linkToChild } from './child-link.ts';

/** `onLog`: called with what the node logs, and with what of its messages is not understood. */
export function linkToBootstrap(
  process: ChildProcess,
  onLog: (line: string) => void,
): RpcClient<BootstrapApi> {
  return linkToChild(process, {
    contract: bootstrapApi,
    server: serverNames.bootstrap,
    ended: (cause) =>
      new AppError('child-failed', childWords.saidNothing(childNames.bootstrap), { cause }),
    notices: { log: ({ level, message }) => onLog(`${level}: ${message}`) },
    onBadMessage: (problem) => onLog(`warn: ${problem}`),
  });
}
