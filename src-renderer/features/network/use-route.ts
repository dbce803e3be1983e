/** The route that a question to a model would take now, asked for anew whenever peers, models or shards change. */
import { useEffect, useState } from 'react';
import type { RouteView } from '../../../src-shared/route-view.ts';
import { failureSentence } from '../host-client/failure-sentence.ts';
import { useHost, useHostView } from '../host-client/host-context.tsx';

/** Of one model: a route, or why there is none. */
type Told = { readonly manifestId: string } & (
  | { readonly route: RouteView }
  | { readonly problem: string }
);

/** null before the first answer about this model. */
export function useRoute(manifestId: string): Told | null {
  const host = useHost();
  const { connection, snapshot } = useHostView();
  const { peers, models, shards } = snapshot?.node ?? {};
  const [told, setTold] = useState<Told | null>(null);

  useEffect(() => {
    if (connection !== 'connected') {
      return undefined;
    }
    let isWanted = true;
    host.request('route', { model: manifestId }).then(
      (route) => isWanted && setTold({ manifestId, route }),
      (error: unknown) => isWanted && setTold({ manifestId, problem: failureSentence(error) }),
    );
    return () => {
      isWanted = false;
    };
    // The route depends on the three lists.
  }, [host, connection, manifestId, peers, models, shards]);

  return told?.manifestId === manifestId ? told : null;
}
