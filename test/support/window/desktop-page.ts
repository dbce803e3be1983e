/**
 * Makes a page the desktop app's window, with what Electron's preload script offers. Messages go to the real host
 * over the WebSocket that a browser would use; the test simulates the app around the window.
 */
import type { Page } from '@playwright/test';
import type { DesktopApi, ShellState } from '../../../src-shared/desktop-api.ts';

/** The state of an app that was just started. */
const quietShell: ShellState = {
  update: { state: 'none' },
  view: null,
  deepLink: null,
  request: 0,
  hasTray: true,
};

type Played = {
  shell: ShellState;
  chosenFile: string | null;
  readonly done: string[];
  listener?: (state: ShellState) => void;
};

type PlayedPage = typeof globalThis & { played: Played; mindmesh: DesktopApi };

export class DesktopPage {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  /** Call this before the page is opened. */
  static async prepare(page: Page): Promise<DesktopPage> {
    await page.addInitScript(playDesktop, quietShell);
    return new DesktopPage(page);
  }

  /** Sends a changed state of the app. */
  async tell(different: Partial<ShellState>): Promise<void> {
    await this.#page.evaluate((different) => {
      const { played } = globalThis as PlayedPage;
      played.shell = { ...played.shell, ...different };
      played.listener?.(played.shell);
    }, different);
  }

  /** Sets the result of the next file dialog. */
  async choose(path: string | null): Promise<void> {
    await this.#page.evaluate((path) => {
      (globalThis as PlayedPage).played.chosenFile = path;
    }, path);
  }

  /** What the window has asked of the app, in order. */
  async done(): Promise<string[]> {
    return await this.#page.evaluate(() => (globalThis as PlayedPage).played.done);
  }
}

/** Runs in the page, before its own scripts. */
function playDesktop(shell: ShellState): void {
  const played: Played = { shell, chosenFile: null, done: [] };
  let socket: WebSocket | undefined;
  const note = (what: string): Promise<void> => {
    played.done.push(what);
    return Promise.resolve();
  };
  const mindmesh: DesktopApi = {
    platform: 'linux',
    send: (text) => {
      if (socket?.readyState === WebSocket.CONNECTING) {
        socket.addEventListener('open', () => socket?.send(text), { once: true });
      } else {
        socket?.send(text);
      }
    },
    onText: (listener) => {
      socket = new WebSocket(`ws://${location.host}/host`);
      socket.addEventListener('message', ({ data }) => listener(String(data)));
    },
    onShell: (listener) => {
      played.listener = listener;
      listener(played.shell);
    },
    chooseModelFile: () => Promise.resolve(played.chosenFile),
    openLogs: () => note('open logs'),
    installUpdate: () => note('install update'),
  };
  Object.assign(globalThis, { played, mindmesh });
}
