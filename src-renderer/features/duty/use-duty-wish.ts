/** What the owner asks of the duty: to pause, or to resume. Only the machine says what it then does. */
import { useState } from 'react';
import type { PauseChoice } from '../../../src-shared/duty.ts';
import { useHost } from '../host-client/host-context.tsx';
import { failureSentence } from '../host-client/failure-sentence.ts';

export interface DutyWish {
  readonly isAsking: boolean;
  /** Why the last wish came to nothing; null when it did not. */
  readonly problem: string | null;
  readonly pause: (choice: PauseChoice) => void;
  readonly resume: () => void;
}

export function useDutyWish(): DutyWish {
  const host = useHost();
  const [isAsking, setIsAsking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const follow = (answer: Promise<unknown>): void => {
    setIsAsking(true);
    setProblem(null);
    answer
      .catch((error: unknown) => setProblem(failureSentence(error)))
      .finally(() => setIsAsking(false));
  };
  return {
    isAsking,
    problem,
    pause: (choice) => follow(host.request('pause', { choice })),
    resume: () => follow(host.request('resume', {})),
  };
}
