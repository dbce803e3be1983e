/** The process behind `mindmesh bootstrap`: it answers look-ups, relays, and tells others how they are reached. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appFiles } from '../../../src-main/base/app-files.ts';
import { linkToBootstrap } from '../../../src-main/node/bootstrap-link.ts';
import { nodeRuntimeFlags } from '../../../src-shared/api/node-config.ts';

export type PublicNode = {
  readonly pid: number;
  readonly addresses: readonly string[];
  /** Its log: level and text. */
  readonly logs: readonly string[];
  readonly isRunning: () => boolean;
  readonly stop: () => Promise<void>;
};

/** `place`: command and first arguments that run a program in another network namespace; absent: in this one. */
export async function startPublicNode(
  listen: string | readonly string[],
  place: readonly string[] = [],
  peers: readonly string[] = [],
): Promise<PublicNode> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'mindmesh-public-'));
  const [command, ...words] = [
    ...place,
    process.execPath,
    ...nodeRuntimeFlags,
    appFiles().bootstrapScript,
  ];
  const child = spawn(command, words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  const logs: string[] = [];
  const link = linkToBootstrap(child, (line) => logs.push(line));
  const stop = async (): Promise<void> => {
    if (child.connected) {
      child.disconnect();
    }
    await exited;
    await rm(dataFolder, { recursive: true, force: true });
  };
  try {
    const signal = AbortSignal.timeout(20_000);
    const { addresses } = await link.call(
      'start',
      { dataFolder, listen: [listen].flat(), peers: [...peers] },
      { signal },
    );
    const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
    return { pid: child.pid ?? 0, addresses, logs, isRunning, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
