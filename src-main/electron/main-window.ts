/** The window: created when it is first needed, hidden when it is closed while there is a tray, and shown again. */
import { app, type BrowserWindow, type WebContents } from 'electron';
import { isAppPage } from './window-security.ts';
import { createWindow, loadWindow } from './window.ts';

export type MainWindowOptions = {
  readonly icon: string | undefined;
  /** Whether closing only hides it. */
  readonly staysWhenClosed: () => boolean;
  readonly onHidden: () => void;
  readonly onSeen: () => void;
  /** The page has gone, for another one or for good. */
  readonly onPageGone: () => void;
  readonly onFault: (what: string, error: unknown) => void;
};

/** A page that crashes again within this time is not loaded anew, in milliseconds. */
const crashLoopMs = 10_000;

export class MainWindow {
  readonly #options: MainWindowOptions;
  #window: BrowserWindow | undefined;
  #crashedAt = Number.NEGATIVE_INFINITY;

  constructor(options: MainWindowOptions) {
    this.#options = options;
  }

  get window(): BrowserWindow | undefined {
    return this.#window;
  }

  get contents(): WebContents | undefined {
    return this.#window?.webContents;
  }

  get isSeen(): boolean {
    return this.#window !== undefined && this.#window.isVisible() && !this.#window.isMinimized();
  }

  open(isMinimized: boolean): void {
    void app.dock?.show();
    if (this.#window === undefined) {
      this.#window = this.#create(isMinimized);
      this.#load(this.#window);
      return;
    }
    if (this.#window.isMinimized()) {
      this.#window.restore();
    }
    this.#window.show();
    this.#window.focus();
  }

  destroy(): void {
    this.#window?.destroy();
  }

  #load(window: BrowserWindow): void {
    loadWindow(window).catch((error: unknown) =>
      this.#options.onFault('The page of the window did not load', error),
    );
  }

  #create(isMinimized: boolean): BrowserWindow {
    const { icon, onFault, onHidden, onPageGone, onSeen, staysWhenClosed } = this.#options;
    const window = createWindow({ hasDevTools: !app.isPackaged, isMinimized, icon });
    window.on('close', (event) => {
      if (staysWhenClosed()) {
        event.preventDefault();
        window.hide();
        app.dock?.hide();
        try {
          onHidden();
        } catch (error) {
          onFault('The notice about the tray could not be shown', error);
        }
      }
    });
    window.on('show', onSeen);
    window.on('restore', onSeen);
    window.on('closed', () => {
      this.#window = undefined;
      onPageGone();
    });
    window.webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      if (isMainFrame && !isSameDocument) {
        onPageGone();
      }
    });
    window.webContents.on('did-navigate', (_event, address) => {
      // Electron does not ask before a page goes to about:blank.
      if (!isAppPage(address)) {
        this.#load(window);
      }
    });
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      onPageGone();
      onFault('The page of the window ended', new Error(reason));
      const isLoop = performance.now() - this.#crashedAt < crashLoopMs;
      this.#crashedAt = performance.now();
      // Not within the event, where the contents are still busy with the process that is gone.
      setImmediate(() => {
        if (isLoop) {
          window.destroy();
        } else if (!window.isDestroyed()) {
          this.#load(window);
        }
      });
    });
    return window;
  }
}
