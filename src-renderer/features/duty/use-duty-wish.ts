/** What the owner asks of the duty: to pause, or to resume. Only the machine says what it then does. */
import type { PauseChoice } from '../../../src-shared/duty.ts';
import { useHost } from '../host-client/host-context.tsx';
import { useWish, type Wish } from '../host-client/use-wish.ts';

export interface DutyWish extends Omit<Wish, 'follow'> {
  readonly pause: (choice: PauseChoice) => void;
  readonly resume: () => void;
}

export function useDutyWish(): DutyWish {
  const host = useHost();
  const { isAsking, problem, follow } = useWish();
  return {
    isAsking,
    problem,
    pause: (choice) => follow(host.request('pause', { choice })),
    resume: () => follow(host.request('resume', {})),
  };
}
