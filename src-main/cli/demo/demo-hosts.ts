/** The demonstration's nodes: `mindmesh serve` processes on this machine, each with a data folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../../src-shared/errors.ts';
import type { NodeStatus } from '../../../src-shared/api/node-status.ts';
import { type Child, startChild } from '../../../src-shared/process/child.ts';
import { appFiles } from '../../base/app-files.ts';
import { dataFolderAt } from '../../data/data-folder.ts';
import { type HostConnection, waitForSnapshot } from '../host-connection.ts';
import { findHost } from '../use-host.ts';
import { childNames } from '../../../src-shared/words/errors.ts';
import { demoWords } from '../../../src-shared/words/command-line.ts';

export type DemoHost = { readonly connection: HostConnection; readonly node: NodeStatus };

const readyWithinMs = 60_000;
const stopWithinMs = 5000;
const lookEveryMs = 50;

export class DemoHosts {
  readonly #root: string;
  readonly #signal: AbortSignal;
  /** Started, or starting. */
  readonly #children: Promise<Child>[] = [];
  readonly #connections: HostConnection[] = [];

  private constructor(root: string, signal: AbortSignal) {
    this.#root = root;
    this.#signal = signal;
  }

  /** Starts no process yet. When the signal aborts, starts under way end. */
  static async create(signal: AbortSignal): Promise<DemoHosts> {
    return new DemoHosts(await mkdtemp(join(tmpdir(), 'mindmesh-demo-')), signal);
  }

  /** Starts a node that hosts nothing and talks only to `peers`, all of them on this machine. */
  async start(name: string, peers: readonly string[]): Promise<DemoHost> {
    const folder = dataFolderAt(join(this.#root, name));
    let connection: HostConnection | undefined;
    const child = startChild(
      {
        name: childNames.demonstration(name),
        command: process.execPath,
        args: [appFiles().commandLine, ...serveArguments(folder.folder, peers)],
        // The node ends when this channel closes, and so also when this process is killed.
        links: ['ipc'],
        ownGroup: true,
        readyWithinMs,
        stopWithinMs,
        whenReady: async (_process, over) => {
          while (connection === undefined) {
            await delay(lookEveryMs, undefined, { signal: over });
            connection = await findHost(folder);
          }
        },
        askToStop: (process) => process.kill('SIGTERM'),
      },
      this.#signal,
    );
    this.#children.push(child);
    await child;
    if (connection === undefined) {
      throw new AppError('not-running', demoWords.notStarted(name));
    }
    this.#connections.push(connection);
    const node = await waitForSnapshot(
      connection,
      (snapshot) => snapshot.node ?? undefined,
      readyWithinMs,
      demoWords.notJoined(name),
    );
    return { connection, node };
  }

  /** Ends all processes and removes their folders. */
  async end(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
    const children = await Promise.allSettled(this.#children);
    const running = children.filter((child) => child.status === 'fulfilled');
    await Promise.all(running.map(({ value }) => value.stop()));
    await rm(this.#root, { recursive: true, force: true });
  }
}

function serveArguments(folder: string, peers: readonly string[]): string[] {
  return [
    'serve',
    '--no-shards',
    '--always-work',
    '--no-window',
    '--no-mdns',
    '--data',
    folder,
    '--listen',
    '/ip4/127.0.0.1/tcp/0',
    '--api-port',
    '0',
    ...peers.flatMap((peer) => ['--peer', peer]),
  ];
}
