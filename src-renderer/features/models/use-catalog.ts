/** Models that can be downloaded, and what models take on the disk; asked for anew while they are on the screen. */
import { useCallback, useState } from 'react';
import type { HostResult } from '../../../src-shared/api/host-api.ts';
import { failureSentence } from '../host-client/failure-sentence.ts';
import { useHost, useHostView } from '../host-client/host-context.tsx';
import { useRepeated } from '../host-client/use-repeated.ts';

const renewedAfterMs = 3000;

export interface CatalogState {
  /** Both null before the first answer. */
  readonly entries: HostResult<'catalog'> | null;
  readonly storage: HostResult<'modelStorage'> | null;
  /** Why there was no answer the last time. */
  readonly failure: string | null;
  readonly renew: () => void;
}

type Answers = Pick<CatalogState, 'entries' | 'storage'>;

export function useCatalog(): CatalogState {
  const host = useHost();
  const { connection, snapshot } = useHostView();
  const [answers, setAnswers] = useState<Answers>({ entries: null, storage: null });
  const [failure, setFailure] = useState<string | null>(null);
  // A node that is just starting would only say that it is.
  const isThere = connection === 'connected' && snapshot?.state === 'running';

  const renew = useCallback(async (): Promise<void> => {
    if (!isThere) {
      return;
    }
    try {
      const [entries, storage] = await Promise.all([
        host.request('catalog', {}),
        host.request('modelStorage', {}),
      ]);
      setAnswers({ entries, storage });
      setFailure(null);
    } catch (error) {
      setFailure(failureSentence(error));
    }
  }, [host, isThere]);
  useRepeated(renew, renewedAfterMs);

  return { ...answers, failure, renew: () => void renew() };
}
