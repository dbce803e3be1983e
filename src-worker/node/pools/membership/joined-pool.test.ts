import { describe, expect, it } from 'vitest';
import type { PoolRole } from '../../../../src-shared/pool.ts';
import { membershipOf, someKey } from '../../../../test/support/pools/pool-keys.ts';
import type { Identity } from '../../identity/identity.ts';
import { certificateLifeMs, type Membership, membershipText } from './certificate.ts';
import { JoinedPool } from './joined-pool.ts';

const start = 1_800_000_000_000;

type Seat = {
  readonly pool: JoinedPool;
  readonly identity: Identity;
  readonly clock: { now: number };
};

const key = await someKey();

/** A pool as one of its peers has it; the owner has the key. */
async function seat(
  role: PoolRole,
  { isOwner = false, clock = { now: start } }: { isOwner?: boolean; clock?: { now: number } } = {},
): Promise<Seat> {
  const identity = await someKey();
  const own = await membershipOf(key, identity.peer, { role, at: clock.now, name: role });
  const state = {
    version: 1 as const,
    id: key.peer,
    name: 'Friends',
    own: membershipText(own),
    contacts: [],
    invites: [],
    members: [],
    revocations: [],
    models: [],
  };
  const stored = { state, key: isOwner ? key.privateKey : undefined };
  const pool = await JoinedPool.open(stored, { identity, now: () => clock.now });
  return { pool, identity, clock };
}

function again({ pool, identity, clock }: Seat, isOwner = false): Promise<JoinedPool> {
  const state = JSON.parse(JSON.stringify(pool.stored()));
  return JoinedPool.open(
    { state, key: isOwner ? key.privateKey : undefined },
    { identity, now: () => clock.now },
  );
}

function names(pool: JoinedPool): string[] {
  return pool.members().map(({ certificate }) => certificate.value.name);
}

describe('a pool', () => {
  it('is read unchanged from its stored state, including removals', async () => {
    const owner = await seat('admin', { isOwner: true });
    const [gone, stays] = [await someKey(), await someKey()];
    const lost = await owner.pool.admit(gone.peer, 'member', 'gone');
    await owner.pool.admit(stays.peer, 'guest', 'stays');
    await owner.pool.remove(gone.peer);
    const opened = await again(owner, true);
    expect(names(opened)).toEqual(['admin', 'stays']);
    expect(opened.objectionTo(lost, gone.peer)).toBe('removed');
    expect(opened.addMember(lost)).toBe(false);
    expect(opened.digest).toBe(owner.pool.digest);
  });

  it('is not read by another node, or with a certificate of another pool', async () => {
    const member = await seat('member');
    const { identity } = await seat('member');
    await expect(again({ ...member, identity })).rejects.toMatchObject({
      code: 'protocol-violation',
    });
    const own = membershipText(await membershipOf(await someKey(), member.identity.peer));
    const state = { ...member.pool.stored(), own };
    await expect(
      JoinedPool.open({ state, key: undefined }, { identity: member.identity, now: () => start }),
    ).rejects.toMatchObject({ code: 'protocol-violation' });
  });

  it('is not valid yet, rather than expired, where the clock is behind', async () => {
    const clock = { now: start };
    const { pool } = await seat('member', { clock });
    clock.now = start - 9 * 60_000;
    expect(pool.state).toBe('active');
    clock.now = start - 12 * 60_000;
    expect(pool.state).toBe('early');
  });

  it('expires unless its admins renew certificates', async () => {
    const clock = { now: start };
    const owner = await seat('admin', { isOwner: true, clock });
    const member = await seat('member', { clock });
    const own = member.pool.own;
    owner.pool.addMember(own);
    expect(await owner.pool.renewed(member.identity.peer)).toBeUndefined();
    clock.now = start + certificateLifeMs * 0.8;
    const renewed = await owner.pool.renewed(member.identity.peer);
    expect(renewed && member.pool.addMember(renewed)).toBe(true);
    expect(await owner.pool.renewedOwn()).toBeDefined();
    clock.now = start + certificateLifeMs;
    expect(member.pool.objectionTo(own, member.identity.peer)).toBe('expired');
    expect([member.pool.state, owner.pool.state]).toEqual(['active', 'active']);
    clock.now = start + certificateLifeMs * 2;
    expect([member.pool.state, owner.pool.state]).toEqual(['expired', 'expired']);
    expect(names(member.pool)).toEqual([]);
    await expect(member.pool.admit(owner.identity.peer, 'member', 'x')).rejects.toMatchObject({
      code: 'unauthorised',
    });
    // The key outlives every certificate.
    expect(await owner.pool.renewedOwn()).toBeDefined();
    expect(owner.pool.state).toBe('active');
  });

  it('keeps the certificate of a member by the owner over one by an admin', async () => {
    const admin = await seat('admin');
    const peer = (await someKey()).peer;
    const byOwner = await membershipOf(key, peer, { at: start, name: 'as the owner said' });
    const byAdmin = await membershipOf(key, peer, {
      at: start + 1,
      role: 'guest',
      name: 'as the admin said',
      by: { admin: admin.identity, membership: admin.pool.own },
    });
    const { pool } = await seat('member');
    expect([pool.addMember(byAdmin), pool.addMember(byOwner)]).toEqual([true, true]);
    expect([pool.addMember(byAdmin), pool.addMember(byOwner)]).toEqual([false, false]);
    expect(pool.member(peer)?.certificate.value.name).toBe('as the owner said');
  });

  it('can admit a member again after a removal, even where clocks differ', async () => {
    const owner = await seat('admin', { isOwner: true });
    const peer = (await someKey()).peer;
    const early: Membership = await membershipOf(key, peer, { at: start + 5 * 60_000 });
    owner.pool.addMember(early);
    await owner.pool.remove(peer);
    expect(owner.pool.member(peer)).toBeUndefined();
    await owner.pool.admit(peer, 'member', 'back');
    expect(names(owner.pool)).toEqual(['admin', 'back']);
  });

  it('has equal digests only for equal knowledge', async () => {
    const one = await seat('member');
    const other = await seat('member');
    expect(one.pool.digest).not.toBe(other.pool.digest);
    one.pool.addMember(other.pool.own);
    other.pool.addMember(one.pool.own);
    expect(one.pool.digest).toBe(other.pool.digest);
    one.pool.addRevocation(await other.pool.leave());
    expect([one.pool.state, other.pool.state]).toEqual(['active', 'removed']);
  });

  it('stays bounded when an admin admits very many peers, and has room again after their certificates expire', async () => {
    const owner = await seat('admin', { isOwner: true });
    const [template] = [await membershipOf(key, (await someKey()).peer, { at: start })];
    let taken = 0;
    for (let index = 0; index < 1100; index += 1) {
      const value = { ...template.certificate.value, peer: `peer ${index}` };
      taken += owner.pool.addMember({
        ...template,
        certificate: { ...template.certificate, value },
      })
        ? 1
        : 0;
    }
    expect(taken).toBe(1024);
    const late = (await someKey()).peer;
    await expect(owner.pool.admit(late, 'member', 'late')).rejects.toMatchObject({
      code: 'over-capacity',
    });
    await owner.pool.remove('peer 0').catch(() => {});
    owner.clock.now += certificateLifeMs - 1000;
    await owner.pool.renewedOwn();
    owner.clock.now += 2000;
    await owner.pool.admit(late, 'member', 'late');
    expect(names(owner.pool)).toEqual(['admin', 'late']);
  });
});
