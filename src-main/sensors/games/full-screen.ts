/** The program whose window fills the screen, under X11: what looks like a game or a film should not be disturbed. */
import type { RunningGame } from '../../../src-shared/duty.ts';
import type { RunCommand } from '../run-command.ts';

export type FullScreenWindow = { readonly pid: number; readonly name: string };

/** @returns null when no window fills the screen */
export async function readX11FullScreen(
  runCommand: RunCommand,
  signal: AbortSignal,
): Promise<FullScreenWindow | null> {
  const root = await runCommand('xprop', ['-root', '-notype', '_NET_ACTIVE_WINDOW'], signal);
  const window = parseActiveWindow(root);
  if (window === null) {
    return null;
  }
  const properties = ['_NET_WM_STATE', '_NET_WM_PID', 'WM_CLASS'];
  return parseWindow(await runCommand('xprop', ['-id', window, '-notype', ...properties], signal));
}

/** "_NET_ACTIVE_WINDOW: window id # 0x3a00007"; 0x0 when there is none. */
export function parseActiveWindow(text: string): string | null {
  const match = /window id # (0x[0-9a-f]{1,16})\b/i.exec(text);
  return match?.[1] === undefined || Number(match[1]) === 0 ? null : match[1];
}

/** Lines like `_NET_WM_STATE = _NET_WM_STATE_FULLSCREEN`, `_NET_WM_PID = 4242`, `WM_CLASS = "mpv", "mpv"`. */
export function parseWindow(text: string): FullScreenWindow | null {
  const name = /^WM_CLASS = (?:"[^"\n]*", )?"([^"\n]{1,100})"/m.exec(text)?.[1];
  return /^_NET_WM_STATE = .*\b_NET_WM_STATE_FULLSCREEN\b/m.test(text)
    ? {
        pid: Number(/^_NET_WM_PID = (\d{1,10})/m.exec(text)?.[1] ?? 0),
        name: name ?? 'A full-screen window',
      }
    : null;
}

/** The games, and the full-screen program unless it is one of them or ours. */
export function withFullScreen(
  games: readonly RunningGame[],
  window: FullScreenWindow | null,
  ours: ReadonlySet<number>,
): readonly RunningGame[] {
  return window === null || ours.has(window.pid)
    ? games
    : [...games, { name: window.name, foundBy: 'full screen' }];
}
