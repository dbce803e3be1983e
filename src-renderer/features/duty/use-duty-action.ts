/** The owner's requests to pause or to resume. The machine's duty shows what it does about them. */
import type { PauseChoice } from '../../../src-shared/duty.ts';
import { useHost } from '../host-client/host-context.tsx';
import { useAction, type Action } from '../host-client/use-action.ts';

export interface DutyAction extends Omit<Action, 'follow'> {
  readonly pause: (choice: PauseChoice) => void;
  readonly resume: () => void;
}

export function useDutyAction(): DutyAction {
  const host = useHost();
  const { isAsking, problem, follow } = useAction();
  return {
    isAsking,
    problem,
    pause: (choice) => follow(host.request('pause', { choice })),
    resume: () => follow(host.request('resume', {})),
  };
}
