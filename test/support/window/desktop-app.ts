/** The desktop app in a real Electron, with a data folder of its own, for tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { dataFolderAt } from '../../../src-main/data/data-folder.ts';
import type { HostConnection } from '../../../src-main/cli/host-connection.ts';
import { findHost } from '../../../src-main/cli/use-host.ts';
import type { HostSnapshot } from '../../../src-shared/api/snapshot.ts';
import type { ChangedSettings } from '../../../src-shared/settings/settings.ts';
import { eventuallyTrue, isAlive } from '../host/host-processes.ts';
import { descendantsOf } from '../host/process-children.ts';
import { type DrawnTray, watchTray } from './watch-tray.ts';

export type ElectronStart = {
  readonly executable: string;
  readonly environment: Readonly<Record<string, string>>;
};

/** Settings of an app without other peers, which works whatever this machine does. */
const quietSettings: ChangedSettings = {
  apiPort: 0,
  mdns: false,
  listen: ['/ip4/127.0.0.1/tcp/0'],
  checkForUpdates: false,
  idleMinutes: 0,
  pauseOnGpuLoadPercent: null,
  pauseOnCpuLoadPercent: null,
  cpuTemperatureCeilingCelsius: null,
  onBattery: 'work',
  onMeteredNetwork: 'work',
  steadyQuietSeconds: 1,
};

export class DesktopApp {
  readonly folder: string;
  readonly #start: ElectronStart;
  #app: ElectronApplication | undefined;
  /** Ids of all processes that were started for it. */
  readonly #pids = new Set<number>();

  private constructor(start: ElectronStart, folder: string) {
    this.#start = start;
    this.folder = folder;
  }

  /** Starts the app in a new folder, before its owner was asked for consent. */
  static async start(start: ElectronStart, ...flags: readonly string[]): Promise<DesktopApp> {
    const desktop = new DesktopApp(start, await mkdtemp(join(tmpdir(), 'mindmesh-desktop-')));
    try {
      await desktop.startAgain(...flags);
      return desktop;
    } catch (error) {
      await desktop.dispose();
      throw error;
    }
  }

  get app(): ElectronApplication {
    if (this.#app === undefined) {
      throw new Error('The app of this test does not run.');
    }
    return this.#app;
  }

  get pid(): number {
    return this.app.process().pid ?? 0;
  }

  get dataFolder(): string {
    return join(this.folder, 'data');
  }

  /** The folder of the desktop's settings, with the autostart file. */
  get configFolder(): string {
    return join(this.folder, 'config');
  }

  get environment(): Record<string, string> {
    return {
      ...(process.env as Record<string, string>),
      ...this.#start.environment,
      XDG_CONFIG_HOME: this.configFolder,
      // Variables that hide this machine's own desktop.
      DBUS_SESSION_BUS_ADDRESS: 'disabled:',
    };
  }

  /** The command with which the app was, or is again, started. */
  command(...flags: readonly string[]): { readonly executable: string; readonly args: string[] } {
    return {
      executable: this.#start.executable,
      args: ['--data', this.dataFolder, ...flags],
    };
  }

  async startAgain(...flags: readonly string[]): Promise<void> {
    const { args, executable: executablePath } = this.command(...flags);
    this.#app = await _electron.launch({ executablePath, args, env: this.environment });
    this.#pids.add(this.pid);
    await eventuallyTrue('the app serves the command line', async () => {
      const host = await findHost(dataFolderAt(this.dataFolder));
      await host?.close();
      return host !== undefined;
    });
    await watchTray(this.#app);
  }

  /** The window's page, once it has loaded. */
  async page(): Promise<Page> {
    const page = await this.app.firstWindow();
    await page.waitForLoadState('domcontentloaded');
    return page;
  }

  /** Speaks to the host as the command line does. */
  async ask<T>(use: (connection: HostConnection) => T | Promise<T>): Promise<T> {
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

  snapshot(): Promise<HostSnapshot> {
    return this.ask((connection) => connection.snapshot());
  }

  async quieten(changed: ChangedSettings = {}): Promise<void> {
    await this.ask((connection) =>
      connection.call('changeSettings', { ...quietSettings, ...changed }),
    );
  }

  /** Agrees as the owner, and waits until the mesh node runs. */
  async agree(): Promise<void> {
    await this.quieten();
    await this.ask((connection) => connection.call('giveConsent', {}));
    await this.until(({ state }) => state === 'running');
  }

  /** Agrees as the owner, and waits until the machine works for others. */
  async work(): Promise<void> {
    await this.agree();
    await this.until(({ duty }) => duty.state === 'serving');
  }

  async until(holds: (snapshot: HostSnapshot) => boolean, withinMs = 40_000): Promise<void> {
    let last: HostSnapshot | undefined;
    try {
      await eventuallyTrue(
        'the host is as wanted',
        async () => {
          last = await this.snapshot();
          return holds(last);
        },
        withinMs,
      );
    } catch (error) {
      throw new Error(`The host stayed ${last?.state}: ${JSON.stringify(last?.duty)}`, {
        cause: error,
      });
    }
  }

  /** What the tray shows now. */
  tray(): Promise<DrawnTray> {
    return this.app.evaluate(() => (globalThis as unknown as { drawnTray: DrawnTray }).drawnTray);
  }

  /** Clicks the item of the tray's menu with this label, also in a submenu, as soon as that is possible. */
  async click(label: string): Promise<void> {
    await eventuallyTrue(`somebody can click on "${label}"`, async () =>
      (await this.tray()).items.some((item) => item.label === label && item.isEnabled),
    );
    await this.app.evaluate((_electron, label) => {
      (globalThis as unknown as { clickTray: (label: string) => void }).clickTray(label);
    }, label);
  }

  /** All living processes of the app. */
  async processes(): Promise<number[]> {
    const found = await descendantsOf(this.pid);
    for (const pid of found) {
      this.#pids.add(pid);
    }
    return found;
  }

  /** Resolves when the app has ended by itself. */
  async ended(): Promise<void> {
    const child = this.app.process();
    await eventuallyTrue(
      'the app has ended',
      () => child.exitCode !== null || child.signalCode !== null,
    );
    this.#app = undefined;
  }

  /** Resolves when none of the app's processes is left. */
  async nothingLeft(): Promise<void> {
    await eventuallyTrue('no process is left', () => ![...this.#pids].some(isAlive));
  }

  /** Quits the app as its owner would, and waits until none of its processes is left. */
  async stop(): Promise<void> {
    if (this.#app !== undefined) {
      await this.processes();
      await this.#app.close();
      this.#app = undefined;
      await this.nothingLeft();
    }
  }

  async dispose(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
