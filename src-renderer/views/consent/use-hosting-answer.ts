/** The owner's answer about hosting on the first screen, which begins as what the host suggests. */
import { useEffect, useState } from 'react';
import type { HostingSuggestion } from '../../../src-shared/api/duty.ts';
import type { ChangedSettings } from '../../../src-shared/settings/settings.ts';
import { useHost } from '../../features/host-client/host-context.tsx';

export interface HostingAnswer {
  /** undefined until the host has told it, and where it cannot. */
  readonly answer: HostingSuggestion | undefined;
  readonly change: (changed: Partial<HostingSuggestion>) => void;
  /** What is wrong with the typed limit; null: nothing. */
  readonly problem: string | null;
  readonly refuse: (problem: string | null) => void;
  /** Whether there is an answer, or no question. */
  readonly isComplete: boolean;
}

/** @param isAsked whether the first screen has the question */
export function useHostingAnswer(isAsked: boolean): HostingAnswer {
  const host = useHost();
  const [answer, setAnswer] = useState<HostingSuggestion>();
  const [problem, setProblem] = useState<string | null>(null);
  const [hasFailed, setHasFailed] = useState(false);
  useEffect(() => {
    if (isAsked) {
      // Without a suggestion there is no question, and nothing is hosted by itself.
      host.request('hostingSuggestion', {}).then(setAnswer, () => setHasFailed(true));
    }
  }, [host, isAsked]);
  return {
    answer,
    change: (changed) => setAnswer((before) => before && { ...before, ...changed }),
    problem,
    refuse: setProblem,
    isComplete: problem === null && (!isAsked || answer !== undefined || hasFailed),
  };
}

/** The limit is of what is fetched without being asked, so it is set with that alone. */
export function settingsOf(answer: HostingSuggestion | undefined): ChangedSettings {
  if (answer === undefined) {
    return {};
  }
  const { hosting, diskLimitGigabytes } = answer;
  return hosting === 'automatic' ? { hosting, diskLimitGigabytes } : { hosting };
}
