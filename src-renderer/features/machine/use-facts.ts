/** The newest readings of the sensors. The host sends them only while a view shows them. */
import type { Facts } from '../../../src-shared/duty.ts';
import { useTopic } from '../host-client/use-topic.ts';

/** null where the machine is not watched; undefined before the first response. */
export function useFacts(): Facts | null | undefined {
  return useTopic('facts').value;
}
