/** What this computer may do in a pool, by the same rules as in the node. Pure. */
import { type Pool, type PoolMember, type PoolRole, poolRoles } from '../../../src-shared/pool.ts';

type Standing = Pick<Pool, 'state' | 'role' | 'isOwner'>;

export function mayInvite({ state, role, isOwner }: Standing): boolean {
  return state === 'active' && (isOwner || role === 'admin');
}

/** Only the owner appoints admins. */
export function rolesToGive({ isOwner }: Standing): PoolRole[] {
  return poolRoles.filter((role) => isOwner || role !== 'admin');
}

/** Admins remove members and guests; the owner removes everyone. A member that wants to go leaves by itself. */
export function mayRemove(pool: Standing, member: Pick<PoolMember, 'role' | 'isSelf'>): boolean {
  return mayInvite(pool) && !member.isSelf && (pool.isOwner || member.role !== 'admin');
}
