import { expect, it } from 'vitest';
import type { RunCommand } from '../../base/run-command.ts';
import { FullScreenWindows, parseRoot, parseWindow, withFullScreen } from './full-screen.ts';

const film = `_NET_WM_STATE = _NET_WM_STATE_FULLSCREEN, _NET_WM_STATE_FOCUSED
_NET_WM_PID = 4242
WM_CLASS = "gl", "mpv"
_NET_WM_DESKTOP = 1
`;
const editor = `_NET_WM_STATE = _NET_WM_STATE_MAXIMIZED_VERT
_NET_WM_PID = 7
WM_CLASS = "code", "Code"
_NET_WM_DESKTOP = 1
`;
const { signal } = new AbortController();

/** A desktop on which the test moves the focus, and opens and closes windows. */
class PlayedDesktop {
  active = '0x10';
  desktop = 1;
  readonly windows = new Map<string, string>();
  /** Ids that were looked up since the last look. */
  asked: string[] = [];
  readonly #full = new FullScreenWindows((_command, args) => this.#answer(args));

  async look(): Promise<string | undefined> {
    this.asked = [];
    return (await this.#full.find(signal))?.name;
  }

  #answer(args: Parameters<RunCommand>[1]): Promise<string> {
    if (args.includes('-root')) {
      return Promise.resolve(
        `_NET_ACTIVE_WINDOW: window id # ${this.active}\n` +
          `_NET_CLIENT_LIST: window id # ${[...this.windows.keys()].join(', ')}\n` +
          `_NET_CURRENT_DESKTOP = ${this.desktop}\n`,
      );
    }
    const id = args[1] ?? '';
    this.asked.push(id);
    const text = this.windows.get(id);
    return text === undefined
      ? Promise.reject(new Error('X Error of failed request:  BadWindow'))
      : Promise.resolve(text);
  }
}

it('finds the program whose window fills the screen, also when another one gets the focus', async () => {
  const desktop = new PlayedDesktop();
  desktop.windows.set('0x10', film).set('0x20', editor);
  expect(await desktop.look()).toBe('mpv');
  desktop.active = '0x20';
  for (const _ of [1, 2, 3]) {
    expect(await desktop.look()).toBe('mpv');
  }
  desktop.windows.delete('0x10');
  expect(await desktop.look()).toBeUndefined();
});

it('finds in turn one that never had the focus, and asks for a few windows only', async () => {
  const desktop = new PlayedDesktop();
  for (let id = 1; id <= 20; id += 1) {
    desktop.windows.set(`0x1${id.toString(16)}a`, editor);
  }
  desktop.windows.set('0x99', film).set('0x10', editor);
  const found: (string | undefined)[] = [];
  for (let look = 0; look < 14; look += 1) {
    found.push(await desktop.look());
    expect(desktop.asked.length).toBeLessThanOrEqual(4);
  }
  expect(found[0]).toBeUndefined();
  expect(found.slice(11)).toEqual(['mpv', 'mpv', 'mpv']);
});

it('leaves out a window that was put away, or is on a desktop that is not shown', async () => {
  const desktop = new PlayedDesktop();
  desktop.windows.set('0x10', editor).set('0x20', film);
  expect(await desktop.look()).toBe('mpv');
  desktop.desktop = 0;
  expect(await desktop.look()).toBeUndefined();
  desktop.desktop = 1;
  desktop.windows.set('0x20', film.replace('FULLSCREEN', 'FULLSCREEN, _NET_WM_STATE_HIDDEN'));
  expect(await desktop.look()).toBeUndefined();
  desktop.windows.set('0x20', film.replace('DESKTOP = 1', 'DESKTOP = 4294967295'));
  desktop.desktop = 0;
  expect(await desktop.look()).toBe('mpv');
});

it('fails where the active window cannot be told', async () => {
  await expect(new PlayedDesktop().look()).rejects.toThrow('BadWindow');
});

it('finds none where no window is active, or where it does not fill the screen', () => {
  const nothing = { active: null, windows: [], desktop: null };
  expect(parseRoot('_NET_ACTIVE_WINDOW: window id # 0x0\n')).toEqual(nothing);
  expect(parseRoot('_NET_ACTIVE_WINDOW:  not found.\n_NET_CLIENT_LIST:  not found.\n')).toEqual(
    nothing,
  );
  expect(parseWindow('_NET_WM_STATE = _NET_WM_STATE_MAXIMIZED_VERT\n_NET_WM_PID = 1\n')).toBeNull();
  expect(parseWindow('')).toBeNull();
});

it('names a window that has no name, and never one of ours', () => {
  const nameless = parseWindow('_NET_WM_STATE = _NET_WM_STATE_FULLSCREEN\n');
  expect(nameless).toEqual({ pid: 0, name: 'A full-screen window' });
  const ours = new Set([4242]);
  expect(withFullScreen([], { pid: 4242, name: 'MindMesh' }, ours)).toEqual([]);
  expect(withFullScreen([], null, ours)).toEqual([]);
  expect(withFullScreen([], { pid: 7, name: 'mpv' }, ours)).toEqual([
    { name: 'mpv', foundBy: 'full screen' },
  ]);
});
