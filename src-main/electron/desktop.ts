/**
 * The desktop app: puts together the host, the tray, the window, updates and the desktop's own events, each of which
 * has files of its own.
 */
import { join } from 'node:path';
import { app, dialog } from 'electron';
import type { DeepLink, ShellState } from '../../src-shared/desktop-api.ts';
import type { View } from '../../src-shared/views.ts';
import { describeCauses, missingCase, toAppError } from '../../src-shared/errors.ts';
import type { UsageSummary } from '../../src-shared/api/usage.ts';
import { type DashboardServer, startDashboardServer } from '../control/dashboard-server.ts';
import { note } from '../cli/terminal.ts';
import type { Host } from '../host/host.ts';
import { Merged } from '../../src-shared/merged.ts';
import { setAutostart } from './autostart.ts';
import { type WindowLink, serveWindow } from './ipc.ts';
import { loadUpdater } from './load-updater.ts';
import { MainWindow } from './main-window.ts';
import { watchPower } from './power.ts';
import { chooseModelFile, mayImport, openLogs, tellWhereItWent } from './system-dialogs.ts';
import { TrayIcon } from './tray.ts';
import type { TrayAction } from './tray-menu.ts';
import { traySnapshot } from './tray-snapshot.ts';
import { Updates } from './updates.ts';

export type DesktopOptions = {
  readonly host: Host;
  /** Folder of the pictures. */
  readonly assets: string;
  readonly hasTray: boolean;
  /** Arguments of the app when it starts at login. */
  readonly loginArguments: readonly string[];
};

/** What a second start of the app, a link or a click asks for. */
export type OpenRequest = {
  readonly view?: View | null;
  readonly link?: DeepLink | undefined;
  /** Path of a model's file to add. */
  readonly modelFile?: string | undefined;
};

const refreshIntervalMs = 1000;
/** Today's count of tokens may be this old in the tray, in milliseconds. */
const usageAgeMs = 30_000;
/**
 * After this time the app exits, in milliseconds; children end by themselves when their link to this process closes.
 */
const endWithinMs = 10_000;

export class Desktop {
  readonly #options: DesktopOptions;
  readonly #host: Host;
  readonly #link: WindowLink;
  readonly #window: MainWindow;
  readonly #tray: TrayIcon | undefined;
  readonly #updates: Updates;
  readonly #changes: Merged;
  #shell: ShellState;
  #usage: { readonly summary: UsageSummary; readonly atMs: number } = {
    summary: { answers: 0, tokensReceived: 0, tokensServed: 0, days: [] },
    atMs: Number.NEGATIVE_INFINITY,
  };
  #commandLine: DashboardServer | undefined;
  /** The last value that the system was told. */
  #startsAtLogin: boolean | undefined;
  /** Resolves when the questions about opened files so far are answered. */
  #asked: Promise<void> = Promise.resolve();
  #ended: Promise<void> | undefined;
  #hasEnded = false;

  constructor(options: DesktopOptions) {
    const { assets, hasTray, host } = options;
    this.#options = options;
    this.#host = host;
    this.#shell = { update: { state: 'off' }, view: null, deepLink: null, request: 0, hasTray };
    this.#updates = new Updates({
      load: loadUpdater(),
      onState: (update) => this.#changeShell({ update }),
      onFault: (error) => this.#updateFailed(error),
      every: (ms, run) => {
        const timer = setInterval(run, ms);
        return () => clearInterval(timer);
      },
    });
    this.#window = new MainWindow({
      // On other systems the picture comes from the program itself.
      icon: process.platform === 'linux' ? join(assets, 'icons', '256x256.png') : undefined,
      staysWhenClosed: () => hasTray && this.#ended === undefined,
      onHidden: () => tellWhereItWent(host, () => this.open()),
      onSeen: () => this.#link.seen(),
      onPageGone: () => this.#link.endSession(),
      onFault: (what, error) => this.#logFault(what, error),
    });
    this.#link = serveWindow(host, {
      contents: () => this.#window.contents,
      isSeen: () => this.#window.isSeen,
      shell: () => this.#shell,
      chooseModelFile: () => chooseModelFile(this.#window.window),
      openLogs: () => openLogs(host),
      installUpdate: () => this.#installUpdate(),
    });
    this.#changes = new Merged({
      intervalMs: refreshIntervalMs,
      tell: () => {
        void this.#refresh();
        return true;
      },
    });
    if (hasTray) {
      const snapshot = traySnapshot(
        host.snapshot(),
        { pauseWhileGaming: true, shards: null },
        this.#usage.summary,
        this.#updates.state,
        Date.now(),
      );
      const pictures = join(assets, 'tray', 'rendered');
      this.#tray = new TrayIcon({ pictures, act: (action) => void this.#act(action) }, snapshot);
    }
    host.onSnapshot(() => this.#changes.notify());
    void host.stopRequested.then(() => this.quit());
    watchPower(host, () => void this.quit());
    this.#changes.notify();
  }

  /** True when nothing is left that would have to end before the app. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Serves the command line, which finds a running host by its data folder. */
  async serveCommandLine(): Promise<void> {
    this.#commandLine = await startDashboardServer(this.#host, { port: 0, pages: null });
    await this.#host.announce(this.#commandLine.control);
  }

  /** Shows the window, with the view or the link that was asked for. */
  open({
    link,
    modelFile,
    view = modelFile === undefined ? null : 'models',
  }: OpenRequest = {}): void {
    if (this.#ended !== undefined) {
      return;
    }
    if (view !== null || link !== undefined) {
      this.#changeShell({ view, deepLink: link ?? null, request: this.#shell.request + 1 });
    }
    this.#window.open(false);
    if (modelFile !== undefined) {
      // Several files are asked about one after another.
      this.#asked = this.#asked.then(() =>
        this.#attempt('A model that was opened could not be added', () =>
          this.#addModel(modelFile),
        ),
      );
    }
  }

  /** Starts as at login: only the tray shows, or an entry in the task bar where there is no tray. */
  openHidden(): void {
    if (!this.#options.hasTray) {
      this.#window.open(true);
    }
  }

  /** The window has been closed for good. Without a tray this ends the app, as nothing else shows it. */
  windowClosed(): void {
    if (!this.#options.hasTray) {
      void this.quit();
    }
  }

  /** Ends the host with all its processes, and then the app. */
  async quit(): Promise<void> {
    await this.#end();
    app.exit(0);
  }

  #end(): Promise<void> {
    this.#ended ??= this.#endAll();
    return this.#ended;
  }

  async #endAll(): Promise<void> {
    const late = setTimeout(() => app.exit(1), endWithinMs);
    this.#updates.stop();
    this.#link.endSession();
    this.#window.destroy();
    try {
      await Promise.all([this.#commandLine?.close(), this.#host.stop()]);
    } catch (error) {
      note(describeCauses(error));
    }
    this.#changes.stop();
    this.#tray?.destroy();
    clearTimeout(late);
    this.#hasEnded = true;
  }

  async #refresh(): Promise<void> {
    try {
      const snapshot = this.#host.snapshot();
      const settings = await this.#host.call('settings', {});
      const nowMs = Date.now();
      if (this.#ended === undefined && Math.abs(nowMs - this.#usage.atMs) > usageAgeMs) {
        this.#usage = { summary: await this.#host.call('usage', {}), atMs: nowMs };
      }
      this.#tray?.show(
        traySnapshot(snapshot, settings, this.#usage.summary, this.#updates.state, nowMs),
      );
      if (this.#ended === undefined) {
        this.#updates.setWanted(settings.checkForUpdates && snapshot.consent === 'given');
        await this.#startAtLogin(settings.startAtLogin);
      }
    } catch (error) {
      this.#logFault('The tray could not be brought up to date', error);
    }
  }

  /** The system's list is read only when the setting has changed, and not at every change of the host. */
  async #startAtLogin(isWanted: boolean): Promise<void> {
    if (isWanted !== this.#startsAtLogin) {
      await setAutostart(isWanted, this.#options.loginArguments);
      this.#startsAtLogin = isWanted;
    }
  }

  async #act(action: TrayAction): Promise<void> {
    await this.#attempt('A click in the tray led to nothing', () => this.#carryOut(action));
    this.#changes.notify();
  }

  /** Does something that the owner waits for, and shows a message when it fails. */
  async #attempt(what: string, action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#logFault(what, error);
      dialog.showErrorBox('MindMesh', toAppError(error).message);
    }
  }

  /**
   * Before consent, the first screen comes first. A double click on a file shows a question: the owner may only want
   * to look at it.
   */
  async #addModel(path: string): Promise<void> {
    const isAgreed = this.#ended === undefined && this.#host.snapshot().consent === 'given';
    if (isAgreed && (await mayImport(this.#window.window, path))) {
      await this.#host.call('importModel', { path });
    }
  }

  async #carryOut(action: TrayAction): Promise<unknown> {
    switch (action.type) {
      case 'pause':
        return this.#host.call('pause', { choice: action.choice });
      case 'resume':
        return this.#host.call('resume', {});
      case 'pause while gaming':
        return this.#host.call('changeSettings', { pauseWhileGaming: action.isOn });
      case 'open':
        return this.open({ view: action.view });
      case 'view logs':
        return openLogs(this.#host);
      case 'install update':
        return this.#installUpdate();
      case 'quit':
        return this.quit();
      default:
        return missingCase(action);
    }
  }

  #changeShell(changed: Partial<ShellState>): void {
    this.#shell = { ...this.#shell, ...changed };
    this.#link.tellShell();
    this.#changes.notify();
  }

  async #installUpdate(): Promise<void> {
    if (this.#updates.state.state === 'ready') {
      await this.#end();
      await this.#updates.install();
    }
  }

  #updateFailed(error: unknown): void {
    if (this.#hasEnded) {
      // The log is closed by now: everything has ended for the installation that failed.
      note(describeCauses(error));
      app.relaunch();
      app.exit(1);
    } else {
      this.#logFault('Looking for a newer version failed', error);
    }
  }

  #logFault(what: string, error: unknown): void {
    this.#host.log.write('warn', 'window', what, { cause: describeCauses(error) });
  }
}
