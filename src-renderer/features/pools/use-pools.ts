/** The pools of this machine. No snapshot tells of them, so they are asked for anew while they are on the screen. */
import { useCallback, useState } from 'react';
import type { Pool } from '../../../src-shared/pool.ts';
import { failureSentence } from '../host-client/failure-sentence.ts';
import { useHost, useHostView } from '../host-client/host-context.tsx';
import { useRepeated } from '../host-client/use-repeated.ts';

const renewedAfterMs = 2000;

export interface PoolsState {
  /** null before the first answer. */
  readonly pools: readonly Pool[] | null;
  /** Why there was no answer the last time. */
  readonly failure: string | null;
  readonly renew: () => void;
}

export function usePools(): PoolsState {
  const host = useHost();
  const { connection, snapshot } = useHostView();
  const [pools, setPools] = useState<readonly Pool[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  // A node that is just starting would only say that it is.
  const isThere = connection === 'connected' && snapshot?.state === 'running';

  const renew = useCallback(async (): Promise<void> => {
    if (!isThere) {
      return;
    }
    try {
      setPools(await host.request('poolList', {}));
      setFailure(null);
    } catch (error) {
      setFailure(failureSentence(error));
    }
  }, [host, isThere]);
  useRepeated(renew, renewedAfterMs);

  return { pools, failure, renew: () => void renew() };
}
