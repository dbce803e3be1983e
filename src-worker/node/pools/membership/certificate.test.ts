import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { membershipOf, someKey } from '../../../../test/support/pools/pool-keys.ts';
import { fromText, toText } from '../../../../src-shared/signing/document-text.ts';
import {
  type Certificate,
  certificateLifeMs,
  isCurrent,
  issueCertificate,
  maxCertificateLifeMs,
  type Membership,
  membershipText,
  needsRenewal,
  openMembership,
} from './certificate.ts';
import { sealDocument } from '../../../../src-shared/signing/signed-document.ts';

const pool = await someKey();
const admin = await someKey();
const member = await someKey();
const adminMembership = await membershipOf(pool, admin.peer, { role: 'admin' });
const byAdmin = { admin, membership: adminMembership };

/** A certificate with any content, signed by any key. */
async function sealed(changed: Partial<Certificate>, key = pool): Promise<Membership> {
  const { value } = (await membershipOf(pool, member.peer)).certificate;
  const kind = { name: 'pool-certificate', schema: undefined as never, maxBytes: 4000 };
  const certificate = sealDocument<Certificate>(kind, { ...value, ...changed }, key.privateKey);
  return { certificate, issuer: undefined };
}

describe('a membership', () => {
  it('that the pool itself signed is read unchanged', async () => {
    const membership = await membershipOf(pool, member.peer, { role: 'guest', name: 'Élodie 2' });
    const opened = await openMembership(membershipText(membership));
    expect(opened.certificate.value).toEqual(membership.certificate.value);
    expect(opened.issuer).toBeUndefined();
  });

  it('that an admin signed brings the certificate of that admin, and ends no later', async () => {
    const late = Date.now() + 1000;
    const membership = await membershipOf(pool, member.peer, { by: byAdmin, at: late });
    const opened = await openMembership(membershipText(membership));
    expect(opened.issuer?.value.peer).toBe(admin.peer);
    expect(opened.certificate.value.expiresAt).toBe(adminMembership.certificate.value.expiresAt);
  });

  it('is refused with any byte of it changed', async () => {
    const text = membershipText(await membershipOf(pool, member.peer, { by: byAdmin }));
    const parts = ['certificate', 'issuer'] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...parts),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (part, at, flip) => {
          const bytes = fromText(text[part] ?? '');
          const index = at % bytes.length;
          bytes[index] = (bytes[index] ?? 0) ^ flip;
          await expect(openMembership({ ...text, [part]: toText(bytes) })).rejects.toMatchObject({
            code: 'protocol-violation',
          });
        },
      ),
      { numRuns: 400 },
    );
  });

  it.each<[string, () => Promise<Membership>]>([
    ['signed by a peer for a pool whose key it does not have', () => sealed({}, member)],
    [
      'signed by a member who is no admin',
      async () => {
        const membership = await membershipOf(pool, admin.peer, { role: 'member' });
        return membershipOf(pool, member.peer, { by: { admin, membership } });
      },
    ],
    [
      'that appoints an admin without the key of the pool',
      () => membershipOf(pool, member.peer, { role: 'admin', by: byAdmin }),
    ],
    [
      'signed by an admin of another pool',
      async () => {
        const other = await someKey();
        const membership = await membershipOf(other, admin.peer, { role: 'admin' });
        return membershipOf(pool, member.peer, { by: { admin, membership } });
      },
    ],
    [
      'with the certificate of an admin who did not sign it',
      async () => ({
        certificate: (await sealed({}, member)).certificate,
        issuer: adminMembership.certificate,
      }),
    ],
    [
      'of one pool with an issuer of another',
      async () => {
        const other = await someKey();
        const { certificate } = await membershipOf(other, member.peer, { by: byAdmin });
        return { certificate, issuer: adminMembership.certificate };
      },
    ],
    [
      'that expires later than that of the admin who signed it',
      async () => {
        const { expiresAt } = adminMembership.certificate.value;
        const { certificate } = await sealed({ expiresAt: expiresAt + 1 }, admin);
        return { certificate, issuer: adminMembership.certificate };
      },
    ],
    [
      'that lasts longer than allowed',
      () => sealed({ issuedAt: 0, expiresAt: maxCertificateLifeMs + 1 }),
    ],
    ['that ends before it begins', () => sealed({ issuedAt: 2000, expiresAt: 1000 })],
    ['for an invalid peer id', () => sealed({ peer: 'everybody' })],
    ['in an unknown role', () => sealed({ role: 'king' as never })],
    ['with a name that is not one printable line', () => sealed({ name: 'a\u202Eb' })],
    ['with an unknown field', () => sealed({ extra: 1 } as never)],
  ])('is refused %s', async (_, make) => {
    await expect(make().then((made) => openMembership(membershipText(made)))).rejects.toMatchObject(
      {
        code: 'protocol-violation',
      },
    );
  });

  it('is refused in a text that is not the exact encoding of its bytes', async () => {
    const text = membershipText(await membershipOf(pool, member.peer));
    for (const certificate of [`${text.certificate}=`, `${text.certificate} `, '', 'AAAA']) {
      await expect(openMembership({ ...text, certificate })).rejects.toMatchObject({
        code: 'protocol-violation',
      });
    }
  });
});

describe('a certificate in time', () => {
  it('is valid from its date, with tolerance for clocks, until it expires', async () => {
    const at = 1_000_000_000_000;
    const subject = {
      pool: pool.peer,
      poolName: 'Friends',
      peer: member.peer,
      role: 'member' as const,
      name: 'x',
    };
    const { value } = (await issueCertificate(subject, at, pool.privateKey, undefined)).certificate;
    expect(isCurrent(value, at - 11 * 60_000)).toBe(false);
    expect(isCurrent(value, at - 9 * 60_000)).toBe(true);
    expect(isCurrent(value, at + certificateLifeMs - 1)).toBe(true);
    expect(isCurrent(value, at + certificateLifeMs)).toBe(false);
    expect(needsRenewal(value, at + certificateLifeMs / 2)).toBe(false);
    expect(needsRenewal(value, at + certificateLifeMs * 0.7)).toBe(true);
  });
});
