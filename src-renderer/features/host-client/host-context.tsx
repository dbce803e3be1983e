/** Gives components the host client, and re-renders them when its view changes. */
import { createContext, useContext, useSyncExternalStore } from 'react';
import type { HostClient, HostView } from './host-client.ts';

const HostContext = createContext<HostClient | null>(null);

export const HostProvider = HostContext.Provider;

export function useHost(): HostClient {
  const client = useContext(HostContext);
  if (client === null) {
    throw new Error('A component that talks to the host stands outside of HostProvider.');
  }
  return client;
}

export function useHostView(): HostView {
  const client = useHost();
  return useSyncExternalStore(
    (listener) => client.subscribe(listener),
    () => client.getView(),
  );
}
