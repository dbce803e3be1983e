/**
 * The window on a real host, with a real node and the demo model, whose machine the test simulates: cards, games, and
 * the owner's presence. It runs in the test's own process.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appFiles } from '../../../src-main/base/app-files.ts';
import {
  type DashboardServer,
  startDashboardServer,
} from '../../../src-main/control/dashboard-server.ts';
import { createHost, type Host } from '../../../src-main/host/host.ts';
import type { HostOptions } from '../../../src-main/host/host-options.ts';
import { defaultPreferences } from '../../../src-shared/settings/preferences.ts';
import { idleFacts } from '../host/duty-inputs.ts';
import { PlayedMachine } from '../machine/played-machine.ts';

export class PlayedWindow {
  readonly machine: PlayedMachine;
  readonly host: Host;
  readonly #server: DashboardServer;

  private constructor(machine: PlayedMachine, host: Host, server: DashboardServer) {
    this.machine = machine;
    this.host = host;
    this.#server = server;
  }

  /** An idle machine by default, whose host needs a second of quiet before it works. */
  static async start(options: HostOptions = {}): Promise<PlayedWindow> {
    const machine = new PlayedMachine();
    const host = await createHost({
      sources: machine.sources,
      ...options,
      dataFolder: options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'mindmesh-played-'))),
      overrides: {
        apiPort: 0,
        mdns: false,
        listen: ['/ip4/127.0.0.1/tcp/0'],
        threads: 1,
        backend: 'cpu',
        steadyQuietSeconds: 1,
        ...options.overrides,
      },
    });
    const server = await startDashboardServer(host, { port: 0, pages: appFiles().windowPages });
    host.provideWindowAddress(() => server.newWindowAddress());
    return new PlayedWindow(machine, host, server);
  }

  /** Returns to the beginning: no user there, nothing running, no pause, the settings of the start. */
  async reset(): Promise<void> {
    this.machine.tell(idleFacts);
    await this.host.call('resume', {});
    await this.host.call('changeSettings', {
      ...defaultPreferences,
      steadyQuietSeconds: 1,
      shards: null,
    });
  }

  /** A new address that opens the window once. */
  newWindowAddress(): string {
    return this.#server.newWindowAddress();
  }

  /** Stops the host, and keeps its data for the next one. */
  async stop(): Promise<void> {
    await Promise.all([this.#server.close(), this.host.stop()]);
  }

  async dispose(): Promise<void> {
    const { dataFolder } = this.host.snapshot();
    await this.stop();
    await rm(dataFolder, { recursive: true, force: true });
  }
}
