/** The process behind `mindmesh bootstrap`: it answers look-ups, relays, and tells others how they are reached. */
import { fork } from 'node:child_process';
import { on, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appFiles } from '../../../src-main/base/app-files.ts';
import {
  type BootstrapConfigInput,
  bootstrapMessageSchema,
} from '../../../src-shared/api/bootstrap-api.ts';
import { nodeRuntimeFlags } from '../../../src-shared/api/node-config.ts';

export type PublicNode = {
  readonly pid: number;
  readonly addresses: readonly string[];
  /** What it logged: level and words. */
  readonly logs: readonly string[];
  readonly isRunning: () => boolean;
  readonly stop: () => Promise<void>;
};

export async function startPublicNode(listen: string): Promise<PublicNode> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'mindmesh-public-'));
  const child = fork(appFiles().bootstrapScript, { execArgv: [...nodeRuntimeFlags] });
  const exited = once(child, 'exit');
  const logs: string[] = [];
  child.on('message', (message) => {
    const told = bootstrapMessageSchema.parse(message);
    if (told.type === 'log') {
      logs.push(`${told.level}: ${told.message}`);
    }
  });
  child.send({ dataFolder, listen: [listen] } satisfies BootstrapConfigInput);
  const stop = async (): Promise<void> => {
    if (child.connected) {
      child.disconnect();
    }
    await exited;
    await rm(dataFolder, { recursive: true, force: true });
  };
  for await (const [message] of on(child, 'message', { signal: AbortSignal.timeout(20_000) })) {
    const told = bootstrapMessageSchema.parse(message);
    if (told.type === 'ready') {
      const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
      return { pid: child.pid ?? 0, addresses: told.addresses, logs, isRunning, stop };
    }
    if (told.type === 'failed') {
      await stop();
      throw new Error(told.error.message);
    }
  }
  throw new Error('The public node said nothing');
}
