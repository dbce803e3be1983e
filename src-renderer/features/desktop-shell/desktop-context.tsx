/** Gives components the desktop app's own functions; in a browser there are none. */
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

/** null in a browser, and until the app has sent its state. */
export function useShell(): ShellState | null {
  const shell = useContext(DesktopContext)?.shell;
  return useSyncExternalStore(
    (listener) => shell?.subscribe(listener) ?? noSubscription,
    () => shell?.getState() ?? null,
  );
}

/** The invite that was opened as a link, and a function that forgets it. `request` differs for each opened link. */
export function useOpenedInvite(): {
  readonly invite: string | null;
  readonly request: number;
  readonly forget: () => void;
} {
  const store = useContext(DesktopContext)?.shell;
  const shell = useShell();
  const link = shell?.deepLink;
  return {
    invite: link?.kind === 'join' ? link.invite : null,
    request: shell?.request ?? 0,
    forget: () => store?.forgetLink(),
  };
}
