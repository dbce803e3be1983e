/** What the sensors read, as it changes; without a view that shows it, none is sent. */
import type { Facts } from '../../../src-shared/duty.ts';
import { useTopic } from '../host-client/use-topic.ts';

/** null where the machine is not watched; undefined before the first answer. */
export function useFacts(): Facts | null | undefined {
  return useTopic('facts').value;
}
