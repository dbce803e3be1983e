/** Asks the host again and again for what no snapshot tells, only while somebody can see it. */
import { useEffect } from 'react';

/**
 * Calls `ask` at once, every `everyMs`, and when the page is looked at again; not while it is hidden. `ask` must stay
 * the same function over renders, or it begins anew, and must not reject.
 */
export function useRepeated(ask: () => Promise<void>, everyMs: number): void {
  useEffect(() => {
    const askIfSeen = (): void => {
      if (!document.hidden) {
        void ask();
      }
    };
    askIfSeen();
    const timer = setInterval(askIfSeen, everyMs);
    document.addEventListener('visibilitychange', askIfSeen);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', askIfSeen);
    };
  }, [ask, everyMs]);
}
