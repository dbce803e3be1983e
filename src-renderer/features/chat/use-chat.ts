/** A conversation's state for React. */
import { useSyncExternalStore } from 'react';
import type { ChatSession } from './chat-session.ts';
import type { ChatState } from './chat-state.ts';

export function useChat(session: ChatSession): ChatState {
  return useSyncExternalStore(
    (listener) => session.subscribe(listener),
    () => session.getState(),
  );
}
