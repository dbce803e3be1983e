/** What was asked and served so far. */
import { useEffect, useState } from 'react';
import type { UsageSummary } from '../../../src-shared/api/usage.ts';
import { useHost } from '../host-client/host-context.tsx';

// Served work is counted when it is done; nobody watches this more closely than that.
const renewedAfterMs = 10_000;

/** `loading` only before the first answer; later ones replace it quietly. */
export type UsageState = UsageSummary | 'loading' | 'failed';

/** Asks for the counts whenever `settled` becomes true, and now and then for as long as it stays so. */
export function useUsage(settled: boolean): UsageState {
  const host = useHost();
  const [usage, setUsage] = useState<UsageState>('loading');

  useEffect(() => {
    if (!settled) {
      return undefined;
    }
    let wanted = true;
    const renew = (): void => {
      host.request('usage', {}).then(
        (summary) => wanted && setUsage(summary),
        () => wanted && setUsage((before) => (typeof before === 'object' ? before : 'failed')),
      );
    };
    renew();
    const timer = setInterval(renew, renewedAfterMs);
    return () => {
      wanted = false;
      clearInterval(timer);
    };
  }, [host, settled]);

  return usage;
}
