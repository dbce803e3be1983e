/** A topic of the host, watched while a component shows it on a visible page. */
import { useEffect, useState } from 'react';
import type { Topic, TopicValues } from '../../../src-shared/api/topics.ts';
import { failureSentence } from './failure-sentence.ts';
import { useHost, useHostView } from './host-context.tsx';
import { usePageShown } from './use-page-shown.ts';

export interface WatchedTopic<T extends Topic> {
  /** The newest value, also while the connection is lost or the page is hidden; undefined before the first. */
  readonly value: TopicValues[T] | undefined;
  /** Why the topic cannot be watched; null while it can. */
  readonly failure: string | null;
}

export function useTopic<T extends Topic>(topic: T): WatchedTopic<T> {
  const host = useHost();
  const isConnected = useHostView().connection === 'connected';
  const isShown = usePageShown();
  const [watched, setWatched] = useState<WatchedTopic<T>>({ value: undefined, failure: null });

  useEffect(() => {
    if (!isConnected || !isShown) {
      return undefined;
    }
    const end = new AbortController();
    host
      .watch([topic], ({ value }) => setWatched({ value, failure: null }), end.signal)
      .catch((error: unknown) => {
        if (!end.signal.aborted) {
          setWatched(({ value }) => ({ value, failure: failureSentence(error) }));
        }
      });
    return () => end.abort();
  }, [host, isConnected, isShown, topic]);

  return watched;
}
