import { describe, expect, it } from 'vitest';
import { mayInvite, mayRemove, rolesToGive } from './pool-rights.ts';

const owner = { state: 'active', role: 'admin', isOwner: true } as const;
const admin = { state: 'active', role: 'admin', isOwner: false } as const;
const member = { state: 'active', role: 'member', isOwner: false } as const;

describe('what may be done in a pool', () => {
  it('inviting is for admins while they are in', () => {
    expect([owner, admin, member, { ...owner, state: 'removed' } as const].map(mayInvite)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('only the owner appoints admins, and removes them', () => {
    expect(rolesToGive(owner)).toEqual(['admin', 'member', 'guest']);
    expect(rolesToGive(admin)).toEqual(['member', 'guest']);
    const other = { role: 'admin', isSelf: false } as const;
    expect([owner, admin].map((pool) => mayRemove(pool, other))).toEqual([true, false]);
    expect([admin, member].map((pool) => mayRemove(pool, { ...other, role: 'guest' }))).toEqual([
      true,
      false,
    ]);
  });

  it('no member removes itself', () => {
    expect(mayRemove(owner, { role: 'admin', isSelf: true })).toBe(false);
  });
});
