/** What the host finds out about this machine: looked at when the page opens, and measured when the owner wants that. */
import { useEffect, useState } from 'react';
import type { Examination } from '../../../src-shared/api/doctor.ts';
import { failureSentence } from '../host-client/failure-sentence.ts';
import { useHost, useHostView } from '../host-client/host-context.tsx';
import { useAction } from '../host-client/use-action.ts';

export interface ExaminationState {
  /** null before the first response. */
  readonly examination: Examination | null;
  /** Why the last look or the last measurement failed. */
  readonly problem: string | null;
  readonly isLooking: boolean;
  readonly isMeasuring: boolean;
  readonly lookAgain: () => void;
  readonly measure: () => void;
}

export function useExamination(): ExaminationState {
  const host = useHost();
  const isConnected = useHostView().connection === 'connected';
  const [examination, setExamination] = useState<Examination | null>(null);
  const [firstProblem, setFirstProblem] = useState<string | null>(null);
  const look = useAction();
  const measurement = useAction();

  useEffect(() => {
    if (!isConnected) {
      return undefined;
    }
    let isWanted = true;
    host.request('examine', { withBenchmark: false }).then(
      (found) => isWanted && setExamination(found),
      (error: unknown) => isWanted && setFirstProblem(failureSentence(error)),
    );
    return () => {
      isWanted = false;
    };
  }, [host, isConnected]);

  return {
    examination,
    problem: look.problem ?? measurement.problem ?? (examination === null ? firstProblem : null),
    isLooking: look.isAsking,
    isMeasuring: measurement.isAsking,
    lookAgain: () => look.follow(host.request('examine', { withBenchmark: false }), setExamination),
    measure: () =>
      measurement.follow(host.request('examine', { withBenchmark: true }), setExamination),
  };
}
