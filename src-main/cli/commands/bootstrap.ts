/** `mindmesh bootstrap`: a node that others begin with, and a relay for those that cannot be dialled. */
import { once } from 'node:events';
import { join } from 'node:path';
import type {
  BootstrapConfigInput,
  BootstrapStarted,
} from '../../../src-shared/api/bootstrap-api.ts';
import { AppError } from '../../../src-shared/errors.ts';
import { nodeRuntimeFlags } from '../../../src-shared/api/node-config.ts';
import { type Child, describeExit, startChild } from '../../../src-shared/process/child.ts';
import { appFiles } from '../../base/app-files.ts';
import { dataFolderAt, prepareDataFolder } from '../../data/data-folder.ts';
import { lockDataFolder } from '../../data/data-folder-lock.ts';
import { linkToBootstrap } from '../../node/bootstrap-link.ts';
import { startByLink } from '../../node/child-link.ts';
import { bootstrapLines } from '../../../src-shared/words/command-line.ts';
import { note, print, printJson } from '../terminal.ts';
import type { CommonOptions } from '../use-host.ts';
import { childNames, childWords } from '../../../src-shared/words/errors.ts';

export type BootstrapOptions = CommonOptions & {
  readonly listen?: string[];
  readonly peer?: string[];
  readonly poolOnly?: boolean;
  readonly maxConnections?: number;
  readonly maxRelayed?: number;
  readonly bandwidth?: number;
  readonly json?: boolean;
};

const defaultListen = ['/ip4/0.0.0.0/tcp/6373', '/ip6/::/tcp/6373'];

export async function bootstrap(options: BootstrapOptions): Promise<void> {
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', interrupt);
  // The bootstrap node has a data folder and so an identity of its own: in the mesh it is another peer than its
  // owner's MindMesh.
  const usual = join(dataFolderAt(undefined).folder, 'bootstrap');
  const dataFolder = dataFolderAt(options.data ?? usual);
  await prepareDataFolder(dataFolder);
  const lock = await lockDataFolder(dataFolder);
  let child: Child | undefined;
  try {
    let ready: BootstrapStarted | undefined;
    child = await startNode(options, dataFolder.folder, interrupted.signal, (told) => {
      ready = told;
    });
    if (options.json === true) {
      printJson(ready);
    } else {
      print(bootstrapLines(appFiles().version, ready?.addresses ?? [], dataFolder.folder));
    }
    const exit = await Promise.race([child.exited, untilAborted(interrupted.signal)]);
    if (exit !== undefined) {
      throw new AppError(
        'child-failed',
        childWords.ended(childNames.bootstrap, describeExit(exit)),
      );
    }
  } finally {
    await child?.stop();
    lock.release();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('SIGHUP', interrupt);
  }
}

function startNode(
  options: BootstrapOptions,
  dataFolder: string,
  signal: AbortSignal,
  onReady: (ready: BootstrapStarted) => void,
): Promise<Child> {
  return startChild(
    {
      name: childNames.bootstrap,
      command: process.execPath,
      args: [...nodeRuntimeFlags, appFiles().bootstrapScript],
      links: ['ipc'],
      ownGroup: true,
      readyWithinMs: 30_000,
      stopWithinMs: 3000,
      whenReady: async (process, over) => {
        const link = linkToBootstrap(process, options.verbose === true ? note : () => {});
        const config = configOf(options, dataFolder);
        onReady(await startByLink(link, over, () => link.call('start', config)));
      },
      askToStop: (process) => process.disconnect(),
      output: { onLine: note },
    },
    signal,
  );
}

function configOf(options: BootstrapOptions, dataFolder: string): BootstrapConfigInput {
  const { listen, peer, poolOnly, maxConnections, maxRelayed, bandwidth } = options;
  return {
    dataFolder,
    listen: listen ?? defaultListen,
    peers: peer ?? [],
    poolOnly: poolOnly === true,
    maxConnections,
    relay: {
      reservations: maxRelayed,
      connections: maxRelayed,
      bytesPerSecond: bandwidth === undefined ? undefined : bandwidth * 1000,
    },
  };
}

async function untilAborted(signal: AbortSignal): Promise<undefined> {
  if (!signal.aborted) {
    await once(signal, 'abort');
  }
  return undefined;
}
