/** The name of this computer for other members, from what was typed. Pure. */
import { poolNameSchema } from '../../../src-shared/pool.ts';

/** Empty when nothing was typed: the node chooses the name. null when the name is not valid. */
export function memberName(typed: string): { readonly member?: string } | null {
  if (typed.trim() === '') {
    return {};
  }
  const name = poolNameSchema.safeParse(typed);
  return name.success ? { member: name.data } : null;
}
