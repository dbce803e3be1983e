/** An action that the host carries out: whether it is under way, and why the last one failed. */
import { useState } from 'react';
import { failureSentence } from './failure-sentence.ts';

export interface Action {
  readonly isAsking: boolean;
  /** null when the last action succeeded, or there was none. */
  readonly problem: string | null;
  /** Follows the action until it ends; `onDone` gets the result. */
  readonly follow: <T>(response: Promise<T>, onDone?: (result: T) => void) => void;
}

export function useAction(): Action {
  const [isAsking, setIsAsking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const follow = <T>(response: Promise<T>, onDone?: (result: T) => void): void => {
    setIsAsking(true);
    setProblem(null);
    response
      .then(onDone)
      .catch((error: unknown) => setProblem(failureSentence(error)))
      .finally(() => setIsAsking(false));
  };
  return { isAsking, problem, follow };
}
