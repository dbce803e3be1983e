/** `mindmesh bootstrap`: a node that others begin with, and a relay for those that cannot be dialled. */
import type { ChildProcess } from 'node:child_process';
import { on, once } from 'node:events';
import { join } from 'node:path';
import {
  type BootstrapConfigInput,
  bootstrapMessageSchema,
} from '../../../src-shared/api/bootstrap-api.ts';
import { AppError } from '../../../src-shared/errors.ts';
import { nodeRuntimeFlags } from '../../../src-shared/api/node-config.ts';
import { type Child, describeExit, startChild } from '../../../src-shared/process/child.ts';
import { appFiles } from '../../base/app-files.ts';
import { dataFolderAt, prepareDataFolder } from '../../data/data-folder.ts';
import { lockDataFolder } from '../../data/data-folder-lock.ts';
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

const defaultListen = ['/ip4/0.0.0.0/tcp/6373'];

type Ready = { readonly peer: string; readonly addresses: readonly string[] };

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
    let ready: Ready | undefined;
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
  onReady: (ready: Ready) => void,
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
        process.send(configOf(options, dataFolder));
        onReady(await firstReport(process, over));
        if (options.verbose === true) {
          process.on('message', tellLog);
        }
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

/** Waits for the node's first message that is not a log line. */
async function firstReport(process: ChildProcess, over: AbortSignal): Promise<Ready> {
  for await (const [message] of on(process, 'message', { signal: over })) {
    const told = bootstrapMessageSchema.safeParse(message).data;
    if (told?.type === 'ready') {
      return told;
    }
    if (told?.type === 'failed') {
      throw new AppError(told.error.code, told.error.message);
    }
  }
  throw new AppError('child-failed', childWords.saidNothing(childNames.bootstrap));
}

function tellLog(message: unknown): void {
  const told = bootstrapMessageSchema.safeParse(message).data;
  if (told?.type === 'log') {
    note(`${told.level}: ${told.message}`);
  }
}

async function untilAborted(signal: AbortSignal): Promise<undefined> {
  if (!signal.aborted) {
    await once(signal, 'abort');
  }
  return undefined;
}
