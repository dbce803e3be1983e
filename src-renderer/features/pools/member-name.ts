/** What members see of this computer, as it was typed. Pure. */
import { poolNameSchema } from '../../../src-shared/pool.ts';

/** Nothing typed leaves it to the node; null when the name is no good. */
export function memberName(typed: string): { readonly member?: string } | null {
  if (typed.trim() === '') {
    return {};
  }
  const name = poolNameSchema.safeParse(typed);
  return name.success ? { member: name.data } : null;
}
