/** The state of the desktop app around the window, and the view that it asks for. */
import {
  type DesktopApi,
  type ShellState,
  shellStateSchema,
} from '../../../src-shared/desktop-api.ts';
import type { View } from '../../../src-shared/views.ts';

export interface ShellStore {
  /** null until the app has sent its state. */
  getState(): ShellState | null;
  /** Calls the listener after each change. Returns a function that ends the calls. */
  subscribe(listener: () => void): () => void;
  /** The last opened link is done with; the app's state still contains it. */
  forgetLink(): void;
}

const viewsOfLinks = { chat: 'chat', join: 'pools' } as const satisfies Record<
  NonNullable<ShellState['deepLink']>['kind'],
  View
>;

/**
 * The view that was asked for since the last request that was handled; null without such a request, or when it named
 * no view.
 */
export function viewAskedFor(state: ShellState, requestSeen: number): View | null {
  if (state.request === requestSeen) {
    return null;
  }
  return state.view ?? (state.deepLink === null ? null : viewsOfLinks[state.deepLink.kind]);
}

/** Listens as long as the window is open. `goTo` shows a view that the tray or a link asks for. */
export function createShellStore(
  api: Pick<DesktopApi, 'onShell'>,
  goTo: (view: View) => void,
): ShellStore {
  const listeners = new Set<() => void>();
  let state: ShellState | null = null;
  let forgotten = 0;
  const show = (told: ShellState): void => {
    state = told.request === forgotten ? { ...told, deepLink: null } : told;
    for (const listener of listeners) {
      listener();
    }
  };
  api.onShell((told) => {
    const parsed = shellStateSchema.safeParse(told);
    if (!parsed.success) {
      console.warn('Dropped a state of the app that could not be read.', parsed.error);
      return;
    }
    const view = viewAskedFor(parsed.data, state?.request ?? 0);
    show(parsed.data);
    if (view !== null) {
      goTo(view);
    }
  });
  return {
    getState: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    forgetLink: () => {
      if (state !== null && state.deepLink !== null) {
        forgotten = state.request;
        show(state);
      }
    },
  };
}
