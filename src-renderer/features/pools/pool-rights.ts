/** What this computer may do in a pool, as the node will judge it too. Pure. */
import { type Pool, type PoolMember, type PoolRole, poolRoles } from '../../../src-shared/pool.ts';

type Standing = Pick<Pool, 'state' | 'role' | 'isOwner'>;

export function mayInvite({ state, role, isOwner }: Standing): boolean {
  return state === 'active' && (isOwner || role === 'admin');
}

/** Only the owner appoints admins. */
export function rolesToGive({ isOwner }: Standing): PoolRole[] {
  return poolRoles.filter((role) => isOwner || role !== 'admin');
}

/** Admins remove members and guests, the owner all others too; a member that goes by itself leaves. */
export function mayRemove(pool: Standing, member: Pick<PoolMember, 'role' | 'isSelf'>): boolean {
  return mayInvite(pool) && !member.isSelf && (pool.isOwner || member.role !== 'admin');
}
