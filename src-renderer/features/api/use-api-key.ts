/** The key of the API. Only the view that shows it requests it. */
import { useEffect, useState } from 'react';
import { useHost, useHostView } from '../host-client/host-context.tsx';

/** null before the response. */
export function useApiKey(): string | null {
  const host = useHost();
  const isConnected = useHostView().connection === 'connected';
  const [key, setKey] = useState<string | null>(null);

  useEffect(() => {
    if (!isConnected) {
      return undefined;
    }
    let isWanted = true;
    host.request('apiKey', {}).then(
      (response) => isWanted && setKey(response.key),
      // The banner says that there is no connection to the host.
      () => {},
    );
    return () => {
      isWanted = false;
    };
  }, [host, isConnected]);

  return key;
}
