/** The current view, from the address's hash, so that back, reload and bookmarks work. */
import { useSyncExternalStore } from 'react';
import { type View, views } from '../../../src-shared/views.ts';

/** The address of a view. */
export function viewAddress(view: View): string {
  return `#/${view}`;
}

/** The view that a hash names; the chat for any other hash. */
export function viewOf(hash: string): View {
  return views.find((view) => hash === viewAddress(view)) ?? 'chat';
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

export function useView(): View {
  return useSyncExternalStore(subscribe, () => viewOf(location.hash));
}
