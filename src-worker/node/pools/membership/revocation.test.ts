import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Identity } from '../../identity/identity.ts';
import { membershipOf, someKey } from '../../../../test/support/pools/pool-keys.ts';
import { fromText, toText } from '../../../../src-shared/signing/document-text.ts';
import { maxCertificateLifeMs, type Membership } from './certificate.ts';
import { issueRevocation, openRevocation, type Revocation, RevocationSet } from './revocation.ts';
import { statementText } from './statement.ts';

const now = 1_800_000_000_000;
const at = now - 1000;
const pool = await someKey();
const admin = await someKey();
const member = await someKey();
const adminMembership = await membershipOf(pool, admin.peer, { role: 'admin', at });
const membership = await membershipOf(pool, member.peer, { at });

function revoked(
  of: Membership,
  by: Identity = pool,
  signer?: Membership,
  time = now,
): Promise<Revocation> {
  const { pool: id, peer, serial } = of.certificate.value;
  return issueRevocation({ pool: id, peer, serial, at: time }, by.privateKey, signer);
}

function setOf(...revocations: readonly Revocation[]): RevocationSet {
  const set = new RevocationSet();
  revocations.forEach((each) => set.add(each, now));
  return set;
}

describe('a revocation', () => {
  it('is read unchanged, from the owner, an admin and the leaving peer', async () => {
    for (const each of [
      await revoked(membership),
      await revoked(membership, admin, adminMembership),
      await revoked(membership, member, membership),
    ]) {
      const opened = await openRevocation(statementText(each));
      expect(opened.entry.value).toEqual(each.entry.value);
    }
  });

  it('is refused with any byte of it changed', async () => {
    const text = statementText(await revoked(membership));
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), async (position, flip) => {
        const bytes = fromText(text.entry);
        const index = position % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ flip;
        await expect(openRevocation({ ...text, entry: toText(bytes) })).rejects.toMatchObject({
          code: 'protocol-violation',
        });
      }),
      { numRuns: 200 },
    );
  });

  it('is refused from a signer that may not revoke', async () => {
    const other = await someKey();
    const otherPool = await someKey();
    for (const each of [
      await revoked(membership, other),
      await revoked(membership, other, await membershipOf(pool, other.peer, { at })),
      await revoked(
        membership,
        admin,
        await membershipOf(otherPool, admin.peer, { role: 'admin', at }),
      ),
      await revoked(membership, other, adminMembership),
    ]) {
      await expect(openRevocation(statementText(each))).rejects.toMatchObject({
        code: 'protocol-violation',
      });
    }
  });
});

describe('a set of revocations', () => {
  it('voids the certificates that its peer got until then, and no later ones or those of others', async () => {
    const set = setOf(await revoked(membership));
    expect(set.isVoid(membership)).toBe(true);
    expect(set.isVoid(await membershipOf(pool, member.peer, { at: now }))).toBe(true);
    expect(set.isVoid(await membershipOf(pool, member.peer, { at: now + 1 }))).toBe(false);
    expect(set.isVoid(adminMembership)).toBe(false);
  });

  it('lets admins remove members but not admins, and every member leave', async () => {
    const other = await someKey();
    const otherAdmin = await membershipOf(pool, other.peer, { role: 'admin', at });
    const removed = await revoked(membership, admin, adminMembership);
    expect(setOf(removed).isVoid(membership)).toBe(true);
    expect(setOf(await revoked(otherAdmin, admin, adminMembership)).isVoid(otherAdmin)).toBe(false);
    expect(setOf(await revoked(otherAdmin, other, otherAdmin)).isVoid(otherAdmin)).toBe(true);
  });

  it('ignores removals by an admin, and voids certificates by it, once the owner removed that admin', async () => {
    const removed = await revoked(membership, admin, adminMembership);
    const letIn = await membershipOf(pool, member.peer, {
      at,
      by: { admin, membership: adminMembership },
    });
    const adminGone = await revoked(adminMembership);
    expect(setOf(removed, adminGone).isVoid(membership)).toBe(false);
    expect(setOf(adminGone).isVoid(letIn)).toBe(true);
    // When an admin leaves by itself, the certificates that it signed stay valid.
    expect(setOf(await revoked(adminMembership, admin, adminMembership)).isVoid(letIn)).toBe(false);
  });

  it('gives the same results in any order of its entries', async () => {
    const all = [
      await revoked(membership, admin, adminMembership),
      await revoked(adminMembership),
      await revoked(adminMembership, admin, adminMembership),
      await revoked(membership, pool, undefined, now - 500),
      await revoked(membership, member, membership),
    ];
    const subjects = [
      membership,
      adminMembership,
      await membershipOf(pool, member.peer, { at: now - 100 }),
      await membershipOf(pool, member.peer, { at, by: { admin, membership: adminMembership } }),
    ];
    const resultsOf = (set: RevocationSet): boolean[] => subjects.map((each) => set.isVoid(each));
    fc.assert(
      fc.property(fc.subarray(all), fc.infiniteStream(fc.nat()), (some, order) => {
        const shuffled = some
          .map((each) => ({ each, key: order.next().value ?? 0 }))
          .toSorted((one, other) => one.key - other.key)
          .map(({ each }) => each);
        expect(resultsOf(setOf(...shuffled))).toEqual(resultsOf(setOf(...some)));
      }),
    );
  });

  it('accepts each entry once, none from the future, and forgets those that no longer void a certificate', async () => {
    const set = new RevocationSet();
    const old = await revoked(membership, pool, undefined, now);
    expect(set.add(old, now)).toBe(true);
    expect(set.add(old, now)).toBe(false);
    expect(set.add(await revoked(adminMembership, pool, undefined, now + 3_600_000), now)).toBe(
      false,
    );
    expect(set.all()).toHaveLength(1);
    const later = now + maxCertificateLifeMs + 1;
    expect(set.add(await revoked(adminMembership, pool, undefined, later), later)).toBe(true);
    expect(set.all()).toHaveLength(1);
  });

  it('stays bounded under a malicious admin, and leaves room for the owner', async () => {
    const set = new RevocationSet();
    const entry = await revoked(membership, admin, adminMembership);
    let taken = 0;
    for (let index = 0; index < 2000; index += 1) {
      const peer = `peer ${index}`;
      const value = { ...entry.entry.value, peer };
      taken += set.add({ ...entry, entry: { ...entry.entry, value } }, now) ? 1 : 0;
    }
    expect(taken).toBe(512);
    expect(set.add(await revoked(membership), now)).toBe(true);
    expect(set.isVoid(membership)).toBe(true);
  });
});
