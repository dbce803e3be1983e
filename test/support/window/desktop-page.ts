/**
 * Makes a page the desktop app's window: puts what Electron's preload script offers beside it. Messages go to the
 * real host over the socket that a browser would use; what the app around the window does is played by the test.
 */
import type { Page } from '@playwright/test';
import type { DesktopApi, ShellState } from '../../../src-shared/desktop-api.ts';

/** An app that was just started. */
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

  /** Before the page is opened. */
  static async prepare(page: Page): Promise<DesktopPage> {
    await page.addInitScript(playDesktop, quietShell);
    return new DesktopPage(page);
  }

  /** What the app around the window tells from now on. */
  async tell(different: Partial<ShellState>): Promise<void> {
    await this.#page.evaluate((different) => {
      const { played } = globalThis as PlayedPage;
      played.shell = { ...played.shell, ...different };
      played.listener?.(played.shell);
    }, different);
  }

  /** What the next choice of a file comes to. */
  async choose(path: string | null): Promise<void> {
    await this.#page.evaluate((path) => {
      (globalThis as PlayedPage).played.chosenFile = path;
    }, path);
  }

  /** What the window has asked the app for, in order. */
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
