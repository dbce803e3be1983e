/** A certificate states that a peer is in a pool, and its role; src-shared/pool.ts says which keys may sign it. */
import { randomBytes } from 'node:crypto';
import { fromText, toText } from '../../../../src-shared/signing/document-text.ts';
import type { SigningKey } from '../../../../src-shared/signing/peer-key.ts';
import { z } from 'zod';
import { AppError } from '../../../../src-shared/errors.ts';
import {
  poolIdSchema,
  poolNameSchema,
  type PoolRole,
  poolRoleSchema,
} from '../../../../src-shared/pool.ts';
import {
  type DocumentKind,
  openDocument,
  sealDocument,
} from '../../../../src-shared/signing/signed-document.ts';
import type { SignedDocument } from '../../../../src-shared/signing/signed-document.ts';

/** Validity of a new certificate, in milliseconds. Admins renew one that has less than a third of it left. */
export const certificateLifeMs = 180 * 24 * 3_600_000;

/** Longest accepted validity, in milliseconds; so revocations need not be stored longer either. */
export const maxCertificateLifeMs = 400 * 24 * 3_600_000;

/** Clocks of different machines may differ by this much, in milliseconds. */
export const clockToleranceMs = 10 * 60_000;

const certificateSchema = z.strictObject({
  pool: poolIdSchema,
  poolName: poolNameSchema,
  peer: poolIdSchema,
  role: poolRoleSchema,
  name: poolNameSchema,
  issuedAt: z.int().min(0),
  expiresAt: z.int().min(0),
  serial: z.string().regex(/^[0-9a-f]{32}$/),
});
export type Certificate = z.infer<typeof certificateSchema>;

const certificateKind: DocumentKind<Certificate> = {
  name: 'pool-certificate',
  schema: certificateSchema,
  maxBytes: 1536,
};

/** A certificate with that of the admin who signed it; without one it is signed by the pool's key. */
export type Membership = {
  readonly certificate: SignedDocument<Certificate>;
  readonly issuer: SignedDocument<Certificate> | undefined;
};

/** A membership as it is stored and sent: base64url of both documents. */
export const membershipTextSchema = z.strictObject({
  certificate: z.base64url().max(2048),
  issuer: z.base64url().max(2048).optional(),
});
export type MembershipText = z.infer<typeof membershipTextSchema>;

export type CertificateSubject = {
  readonly pool: string;
  readonly poolName: string;
  readonly peer: string;
  readonly role: PoolRole;
  readonly name: string;
};

/**
 * Signs a new certificate.
 * @param key the pool's key, or that of the node whose admin certificate is `issuer`
 * @param issuedAt milliseconds since 1970
 */
export async function issueCertificate(
  subject: CertificateSubject,
  issuedAt: number,
  key: SigningKey,
  issuer: SignedDocument<Certificate> | undefined,
): Promise<Membership> {
  const expiresAt = Math.min(
    issuedAt + certificateLifeMs,
    issuer?.value.expiresAt ?? Number.POSITIVE_INFINITY,
  );
  const serial = randomBytes(16).toString('hex');
  const value = { ...subject, issuedAt, expiresAt, serial };
  return { certificate: sealDocument(certificateKind, value, key), issuer };
}

export function membershipText({ certificate, issuer }: Membership): MembershipText {
  return {
    certificate: toText(certificate.bytes),
    ...(issuer === undefined ? {} : { issuer: toText(issuer.bytes) }),
  };
}

/**
 * Reads a membership and checks everything that needs neither clock nor revocations: signatures, the right of the signer,
 * the same pool in both documents, roles, and the validity.
 * @throws AppError `protocol-violation`
 */
export async function openMembership(text: MembershipText): Promise<Membership> {
  const certificate = openDocument(certificateKind, fromText(text.certificate));
  const issuer =
    text.issuer === undefined ? undefined : openDocument(certificateKind, fromText(text.issuer));
  const { pool, role, issuedAt, expiresAt } = certificate.value;
  const isSound =
    lastsReasonably(certificate.value) &&
    (issuer === undefined
      ? certificate.signer === pool
      : issuer.signer === pool &&
        issuer.value.pool === pool &&
        issuer.value.role === 'admin' &&
        lastsReasonably(issuer.value) &&
        certificate.signer === issuer.value.peer &&
        role !== 'admin' &&
        issuedAt >= issuer.value.issuedAt - clockToleranceMs &&
        expiresAt <= issuer.value.expiresAt);
  if (!isSound) {
    throw new AppError('protocol-violation', 'A certificate was signed by who may not sign it');
  }
  return { certificate, issuer };
}

/** Whether the certificate is valid at this time; its issuer's is valid for at least as long. */
export function isCurrent({ issuedAt, expiresAt }: Certificate, now: number): boolean {
  return issuedAt - clockToleranceMs <= now && now < expiresAt;
}

/** Whether an admin that is connected to its holder should renew the certificate. */
export function needsRenewal({ expiresAt }: Certificate, now: number): boolean {
  return expiresAt - now < certificateLifeMs / 3;
}

function lastsReasonably({ issuedAt, expiresAt }: Certificate): boolean {
  return expiresAt > issuedAt && expiresAt - issuedAt <= maxCertificateLifeMs;
}
