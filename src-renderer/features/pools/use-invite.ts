/** The content of a pasted invite, which the node reads. */
import { useEffect, useState } from 'react';
import type { PoolResult } from '../../../src-shared/api/pools.ts';
import { failureSentence } from '../host-client/failure-sentence.ts';
import { useHost } from '../host-client/host-context.tsx';

export type ReadInvite =
  | { readonly state: 'none' | 'reading' }
  | { readonly state: 'read'; readonly invite: PoolResult<'poolReadInvite'> }
  | { readonly state: 'refused'; readonly problem: string };

type Told = { readonly link: string; readonly read: ReadInvite };

export function useInvite(typed: string): ReadInvite {
  const host = useHost();
  const [told, setTold] = useState<Told | null>(null);
  const link = typed.trim();

  useEffect(() => {
    if (link === '') {
      return undefined;
    }
    let isWanted = true;
    const tell = (read: ReadInvite): void => {
      if (isWanted) {
        setTold({ link, read });
      }
    };
    host.request('poolReadInvite', { link }).then(
      (invite) => tell({ state: 'read', invite }),
      (error: unknown) => tell({ state: 'refused', problem: failureSentence(error) }),
    );
    return () => {
      isWanted = false;
    };
  }, [host, link]);

  if (link === '') {
    return { state: 'none' };
  }
  return told?.link === link ? told.read : { state: 'reading' };
}
