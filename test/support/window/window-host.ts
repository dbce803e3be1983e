/**
 * A real headless host for the tests of the window: `mindmesh serve` from build/, in a data folder of its own, with
 * free ports and no other peers. No process and no file of it stays behind.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { appFiles } from '../../../src-main/base/app-files.ts';
import { dataFolderAt } from '../../../src-main/data/data-folder.ts';
import type { HostConnection } from '../../../src-main/cli/host-connection.ts';
import { peerAddresses } from '../../../src-shared/words/command-line.ts';
import { findHost } from '../../../src-main/cli/use-host.ts';

const startWithinMs = 60_000;
/** A host that still runs this long after it was asked to stop is killed, in milliseconds. */
const stopWithinMs = 15_000;

const windowAddress = /http:\/\/127\.0\.0\.1:(\d+)\/open\?token=\S+/;

export class WindowHost {
  readonly dataFolder: string;
  #child: ChildProcess | undefined;
  #port = 0;

  private constructor(dataFolder: string) {
    this.dataFolder = dataFolder;
  }

  /** Starts a host with further `flags` of `mindmesh serve`. */
  static async start(...flags: readonly string[]): Promise<WindowHost> {
    const host = new WindowHost(await mkdtemp(join(tmpdir(), 'mindmesh-window-')));
    try {
      await host.#start(flags);
      return host;
    } catch (error) {
      await host.dispose();
      throw error;
    }
  }

  /** Address of the window without any token. */
  get address(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** A new address that opens the window once. */
  async newWindowAddress(): Promise<string> {
    return await this.ask(async (connection) => {
      const { url } = await connection.call('windowAddress', {});
      return url;
    });
  }

  /** The address at which other hosts of this test find it. */
  async peerAddress(): Promise<string> {
    return await this.ask(async (connection) => {
      const [address] = peerAddresses(connection.snapshot().node);
      if (address === undefined) {
        throw new Error('The host of this test listens for no peers.');
      }
      return address;
    });
  }

  /** Speaks to the host as the command line does. */
  async ask<T>(use: (connection: HostConnection) => Promise<T>): Promise<T> {
    const connection = await findHost(dataFolderAt(this.dataFolder));
    if (connection === undefined) {
      throw new Error('The host of this test is not running.');
    }
    try {
      return await use(connection);
    } finally {
      await connection.close();
    }
  }

  /** Starts the host again, with the same data and port. */
  async startAgain(): Promise<void> {
    await this.#start([]);
  }

  /** Asks the host to stop, and kills it when it does not. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
      return;
    }
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const late = new AbortController();
    await Promise.race([exited, delay(stopWithinMs, undefined, { signal: late.signal })]).catch(
      () => {},
    );
    late.abort();
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await exited;
      throw new Error(`The host did not stop within ${stopWithinMs} ms.`);
    }
  }

  async dispose(): Promise<void> {
    try {
      await this.stop();
    } finally {
      await rm(this.dataFolder, { recursive: true, force: true });
    }
  }

  async #start(flags: readonly string[]): Promise<void> {
    const child = spawn(
      process.execPath,
      [
        appFiles().commandLine,
        '--data',
        this.dataFolder,
        'serve',
        '--always-work',
        '--window-port',
        String(this.#port),
        '--api-port',
        '0',
        '--no-mdns',
        '--listen',
        '/ip4/127.0.0.1/tcp/0',
        ...flags,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#child = child;
    this.#port = await portOf(child);
  }
}

/** Resolves to the window's port when the host prints its address. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const fail = (what: string): void => {
      clearTimeout(timer);
      reject(new Error(`The host of this test ${what}. It printed:\n${printed}`));
    };
    const timer = setTimeout(() => fail(`was not ready in ${startWithinMs} ms`), startWithinMs);
    const listen = (chunk: Buffer): void => {
      printed += chunk.toString('utf8');
      const port = windowAddress.exec(printed)?.[1];
      if (port !== undefined) {
        clearTimeout(timer);
        resolve(Number(port));
      }
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.once('error', (error) => fail(`could not be started: ${error.message}`));
    child.once('exit', (code) => fail(`ended with code ${code}`));
  });
}
