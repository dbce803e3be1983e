/**
 * Finds under X11 the program whose window fills the screen: a game or a film should not be disturbed, also on a
 * second screen while another window has the focus.
 */
import type { RunningGame } from '../../../src-shared/duty.ts';
import type { RunCommand } from '../../base/run-command.ts';

export type FullScreenWindow = { readonly pid: number; readonly name: string };

/** The properties of the root window. */
type Desktop = {
  readonly active: string | null;
  readonly windows: readonly string[];
  /** null where there is only one desktop, or the system does not tell. */
  readonly desktop: number | null;
};

/**
 * Asking about a window costs a process. So each look asks about this many, beside the active window and those that
 * filled the screen before.
 */
const windowsPerLook = 2;
const maxWindows = 200;

/** Looks at the active window, at those that filled the screen before, and at some of the others in turn. */
export class FullScreenWindows {
  readonly #runCommand: RunCommand;
  #known: ReadonlySet<string> = new Set();
  #next = 0;

  constructor(runCommand: RunCommand) {
    this.#runCommand = runCommand;
  }

  /** @returns null when no window is known to fill the screen */
  async find(signal: AbortSignal): Promise<FullScreenWindow | null> {
    const properties = ['_NET_ACTIVE_WINDOW', '_NET_CLIENT_LIST', '_NET_CURRENT_DESKTOP'];
    const root = parseRoot(
      await this.#runCommand('xprop', ['-root', '-notype', ...properties], signal),
    );
    const filling = new Map<string, FullScreenWindow>();
    for (const id of this.#chosen(root)) {
      const window = await this.#look(id, root, signal);
      if (window !== null) {
        filling.set(id, window);
      }
    }
    this.#known = new Set(filling.keys());
    return (
      (root.active === null ? undefined : filling.get(root.active)) ??
      [...filling.values()][0] ??
      null
    );
  }

  #chosen({ active, windows }: Desktop): ReadonlySet<string> {
    const from = this.#next < windows.length ? this.#next : 0;
    this.#next = from + windowsPerLook;
    return new Set([
      ...(active === null ? [] : [active]),
      ...windows.filter((id) => this.#known.has(id)),
      ...windows.slice(from, from + windowsPerLook),
    ]);
  }

  /** A window that has been closed fills no screen. */
  async #look(id: string, root: Desktop, signal: AbortSignal): Promise<FullScreenWindow | null> {
    const properties = ['_NET_WM_STATE', '_NET_WM_PID', 'WM_CLASS', '_NET_WM_DESKTOP'];
    try {
      const text = await this.#runCommand('xprop', ['-id', id, '-notype', ...properties], signal);
      return isShown(text, root.desktop) ? parseWindow(text) : null;
    } catch (error) {
      if (id === root.active || signal.aborted) {
        throw error;
      }
      return null;
    }
  }
}

/** Lines like `_NET_CLIENT_LIST: window id # 0x1c00003, 0x3a00007` and `_NET_CURRENT_DESKTOP = 1`. */
export function parseRoot(text: string): Desktop {
  const list = /^_NET_CLIENT_LIST: window id # (.{0,4000})/m.exec(text)?.[1] ?? '';
  const desktop = /^_NET_CURRENT_DESKTOP = (\d{1,9})/m.exec(text)?.[1];
  return {
    active: parseActiveWindow(text),
    windows: (list.match(/0x[0-9a-f]{1,16}\b/gi) ?? []).slice(0, maxWindows),
    desktop: desktop === undefined ? null : Number(desktop),
  };
}

/** "_NET_ACTIVE_WINDOW: window id # 0x3a00007"; 0x0 when there is none. */
function parseActiveWindow(text: string): string | null {
  const match = /^_NET_ACTIVE_WINDOW: window id # (0x[0-9a-f]{1,16})\b/im.exec(text);
  return match?.[1] === undefined || Number(match[1]) === 0 ? null : match[1];
}

/** The desktop number of a window that is on all desktops. */
const allDesktops = 0xffff_ffff;

/** Whether the window is neither minimised nor on a hidden desktop. */
function isShown(text: string, shown: number | null): boolean {
  const own = /^_NET_WM_DESKTOP = (\d{1,10})/m.exec(text)?.[1];
  const isHere =
    own === undefined || shown === null || Number(own) === shown || Number(own) === allDesktops;
  return isHere && !/^_NET_WM_STATE = .*\b_NET_WM_STATE_HIDDEN\b/m.test(text);
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

/** The games, and the full-screen program unless it is one of them or one of ours. */
export function withFullScreen(
  games: readonly RunningGame[],
  window: FullScreenWindow | null,
  ours: ReadonlySet<number>,
): readonly RunningGame[] {
  return window === null || ours.has(window.pid)
    ? games
    : [...games, { name: window.name, foundBy: 'full screen' }];
}
