/**
 * What the sensors read, as it changes. A snapshot is sent when the duty changes, not with every degree, so who looks
 * at the readings asks for them; with the window closed nobody does.
 */
import { useCallback, useState } from 'react';
import type { Facts } from '../../../src-shared/duty.ts';
import { useHost, useHostView } from '../host-client/host-context.tsx';
import { useRepeated } from '../host-client/use-repeated.ts';

const renewedAfterMs = 2000;

/** null where the machine is not watched. */
export function useFacts(latest: Facts | null): Facts | null {
  const host = useHost();
  const { connection } = useHostView();
  const [asked, setAsked] = useState<{ readonly facts: Facts | null } | null>(null);

  const renew = useCallback(async (): Promise<void> => {
    if (connection === 'connected') {
      try {
        const { facts } = await host.request('snapshot', {});
        setAsked({ facts });
      } catch {
        // The banner says that the host is away; the last readings stay.
      }
    }
  }, [host, connection]);
  useRepeated(renew, renewedAfterMs);

  return asked === null ? latest : asked.facts;
}
