/** Hands the desktop app's window what only it can do; in a browser there is nothing to hand on. */
import { createContext, useContext, useSyncExternalStore } from 'react';
import type { DesktopApi, ShellState } from '../../../src-shared/desktop-api.ts';
import type { ShellStore } from './shell-store.ts';

export interface Desktop {
  readonly api: DesktopApi;
  readonly shell: ShellStore;
}

const DesktopContext = createContext<Desktop | null>(null);

export const DesktopProvider = DesktopContext.Provider;

/** null in a browser. */
export function useDesktop(): DesktopApi | null {
  return useContext(DesktopContext)?.api ?? null;
}

const noSubscription = (): void => {};

/** null in a browser, and until the app has told. */
export function useShell(): ShellState | null {
  const shell = useContext(DesktopContext)?.shell;
  return useSyncExternalStore(
    (listener) => shell?.subscribe(listener) ?? noSubscription,
    () => shell?.getState() ?? null,
  );
}
