/** The route that a question to a model would take now, asked for anew while it is on the screen. */
import { useCallback, useState } from 'react';
import type { RouteView } from '../../../src-shared/route-view.ts';
import { failureSentence } from '../host-client/failure-sentence.ts';
import { useHost, useHostView } from '../host-client/host-context.tsx';
import { useRepeated } from '../host-client/use-repeated.ts';

const renewedAfterMs = 3000;

/** Of one model: a route, or why there is none. */
type Told = { readonly manifestId: string } & (
  | { readonly route: RouteView }
  | { readonly problem: string }
);

/** null before the first answer about this model. */
export function useRoute(manifestId: string): Told | null {
  const host = useHost();
  const { connection } = useHostView();
  const [told, setTold] = useState<Told | null>(null);

  const renew = useCallback(async (): Promise<void> => {
    if (connection !== 'connected') {
      return;
    }
    try {
      const route = await host.request('route', { model: manifestId });
      setTold({ manifestId, route });
    } catch (error) {
      setTold({ manifestId, problem: failureSentence(error) });
    }
  }, [host, connection, manifestId]);
  useRepeated(renew, renewedAfterMs);

  return told?.manifestId === manifestId ? told : null;
}
