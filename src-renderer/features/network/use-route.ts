/** The route that a question to a model would take now, requested again whenever peers, models or shards change. */
import { useEffect, useMemo, useState } from 'react';
import type { RouteView } from '../../../src-shared/route-view.ts';
import { failureSentence } from '../host-client/failure-sentence.ts';
import { useHost, useHostView } from '../host-client/host-context.tsx';

/** The result for one model: a route, or why there is none. */
type Told = { readonly manifestId: string } & (
  | { readonly route: RouteView }
  | { readonly problem: string }
);

/** null before the first result for this model. */
export function useRoute(manifestId: string): Told | null {
  const host = useHost();
  const { connection, snapshot } = useHostView();
  const { peers, models, shards } = snapshot?.node ?? {};
  const [told, setTold] = useState<Told | null>(null);
  /** Changes whenever something changes that the route depends on. */
  const basis = useMemo(
    () => ({ manifestId, peers, models, shards }),
    [manifestId, peers, models, shards],
  );

  useEffect(() => {
    if (connection !== 'connected') {
      return undefined;
    }
    const { manifestId } = basis;
    let isWanted = true;
    host.request('route', { model: manifestId }).then(
      (route) => isWanted && setTold({ manifestId, route }),
      (error: unknown) => isWanted && setTold({ manifestId, problem: failureSentence(error) }),
    );
    return () => {
      isWanted = false;
    };
  }, [host, connection, basis]);

  return told?.manifestId === manifestId ? told : null;
}
