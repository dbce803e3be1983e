/** What the sensors read, as it changes; with no view that shows it, nobody is told. */
import type { Facts } from '../../../src-shared/duty.ts';
import { useTopic } from '../host-client/use-topic.ts';

/** null where the machine is not watched; undefined before the first answer. */
export function useFacts(): Facts | null | undefined {
  return useTopic('facts').value;
}
