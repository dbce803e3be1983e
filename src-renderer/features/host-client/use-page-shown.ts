/** Whether the page can be seen: not while its tab is in the background or its window is hidden. */
import { useSyncExternalStore } from 'react';

export function usePageShown(): boolean {
  return useSyncExternalStore(subscribe, () => !document.hidden);
}

function subscribe(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener);
  return () => document.removeEventListener('visibilitychange', listener);
}
