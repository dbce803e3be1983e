import { expect, it } from 'vitest';
import {
  parseActiveWindow,
  parseWindow,
  readX11FullScreen,
  withFullScreen,
} from './full-screen.ts';

const root = '_NET_ACTIVE_WINDOW: window id # 0x3a00007\n';
const film = `_NET_WM_STATE = _NET_WM_STATE_FULLSCREEN, _NET_WM_STATE_FOCUSED
_NET_WM_PID = 4242
WM_CLASS = "gl", "mpv"
`;
const { signal } = new AbortController();

it('finds the program whose window fills the screen', async () => {
  const asked: (readonly string[])[] = [];
  const window = await readX11FullScreen((_command, args) => {
    asked.push(args);
    return Promise.resolve(args.includes('-root') ? root : film);
  }, signal);
  expect(window).toEqual({ pid: 4242, name: 'mpv' });
  expect(asked[1]).toContain('0x3a00007');
});

it('finds none where no window is active, or where it does not fill the screen', () => {
  expect(parseActiveWindow('_NET_ACTIVE_WINDOW: window id # 0x0\n')).toBeNull();
  expect(parseActiveWindow('_NET_ACTIVE_WINDOW:  not found.\n')).toBeNull();
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
