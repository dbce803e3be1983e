import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ShellState } from '../../../src-shared/desktop-api.ts';
import type { View } from '../../../src-shared/views.ts';
import { createShellStore, viewAskedFor } from './shell-store.ts';

const quiet: ShellState = {
  update: { state: 'none' },
  view: null,
  deepLink: null,
  request: 0,
  hasTray: true,
};

const invite = { kind: 'join', invite: 'AAAA' } as const;

describe('the view that the tray or a link asks for', () => {
  it('is shown once for each request, also for the same one again', () => {
    const shell = { ...quiet, view: 'settings', request: 3 } as const;
    expect(viewAskedFor(shell, 2)).toBe('settings');
    expect(viewAskedFor(shell, 3)).toBeNull();
    expect(viewAskedFor({ ...shell, request: 4 }, 3)).toBe('settings');
  });

  it('is the chat for a link to it, and the pools for an invite', () => {
    expect(viewAskedFor({ ...quiet, deepLink: { kind: 'chat' }, request: 1 }, 0)).toBe('chat');
    expect(viewAskedFor({ ...quiet, deepLink: invite, request: 1 }, 0)).toBe('pools');
  });
});

describe('the state of the app', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('stays as last told, tells its listeners, and leaves out what cannot be read', () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const listening: ((state: ShellState) => void)[] = [];
    const tell = (state: ShellState): void => listening.at(-1)?.(state);
    const shown: View[] = [];
    const store = createShellStore(
      { onShell: (listener) => void listening.push(listener) },
      (view) => shown.push(view),
    );
    let told = 0;
    const stop = store.subscribe(() => (told += 1));
    expect(store.getState()).toBeNull();

    tell({ ...quiet, view: 'machine', request: 1 });
    tell({ ...quiet, view: 'machine', request: 1, update: { state: 'ready', version: '2.0.0' } });
    tell({ update: 'nonsense' } as unknown as ShellState);
    stop();
    tell(quiet);

    expect(shown).toEqual(['machine']);
    expect(told).toBe(2);
    expect(store.getState()).toEqual(quiet);
  });

  it('has no link any more once that was dealt with, until another one is opened', () => {
    const listening: ((state: ShellState) => void)[] = [];
    const tell = (state: ShellState): void => listening.at(-1)?.(state);
    const store = createShellStore(
      { onShell: (listener) => void listening.push(listener) },
      () => {},
    );
    tell({ ...quiet, deepLink: invite, request: 1 });
    expect(store.getState()?.deepLink).toEqual(invite);
    store.forgetLink();
    tell({ ...quiet, deepLink: invite, request: 1, hasTray: false });
    expect(store.getState()).toMatchObject({ deepLink: null, hasTray: false });
    tell({ ...quiet, deepLink: invite, request: 2 });
    expect(store.getState()?.deepLink).toEqual(invite);
  });
});
