/**
 * An invite as it is passed on: the addresses of the inviting node, the pool, and a secret. The inviting node signs it,
 * so that it contains that node's id. It is written as a link that programs can open: mindmesh://join/BASE64URL.
 */
import { createHash } from 'node:crypto';
import type { SigningKey } from '../../../../src-shared/signing/peer-key.ts';
import { z } from 'zod';
import { AppError } from '../../../../src-shared/errors.ts';
import {
  inviteLinkStart,
  maxInviteLink,
  poolIdSchema,
  poolNameSchema,
  poolRoleSchema,
} from '../../../../src-shared/pool.ts';
import { fromText, toText } from '../../../../src-shared/signing/document-text.ts';
import {
  type DocumentKind,
  openDocument,
  sealDocument,
} from '../../../../src-shared/signing/signed-document.ts';

/** Bytes of the random secret; knowing it is enough to join. */
export const inviteSecretBytes = 16;

/** Most addresses in a link; more would make it too long to be passed on. */
const maxAddresses = 4;

/** The fields have short names to keep the link and its QR code small. */
const inviteSchema = z.strictObject({
  /** The pool's id and name. */
  p: poolIdSchema,
  n: poolNameSchema,
  r: poolRoleSchema,
  /** When it expires, in seconds since 1970. */
  e: z.int().min(0).max(100_000_000_000),
  /** The secret. */
  s: z.string().regex(/^[A-Za-z0-9_-]{22}$/),
  /** Addresses of the inviting node, without its id. */
  a: z.array(z.string().min(1).max(200)).min(1).max(maxAddresses),
});

const inviteKind: DocumentKind<z.infer<typeof inviteSchema>> = {
  name: 'pool-invite',
  schema: inviteSchema,
  maxBytes: 1500,
};

export type Invite = {
  readonly pool: string;
  readonly poolName: string;
  readonly role: z.infer<typeof poolRoleSchema>;
  readonly expiresAt: number;
  readonly secret: string;
  readonly inviter: string;
  readonly addresses: readonly string[];
};

export async function inviteLink(
  invite: Omit<Invite, 'inviter'>,
  key: SigningKey,
): Promise<string> {
  const value = {
    p: invite.pool,
    n: invite.poolName,
    r: invite.role,
    e: Math.floor(invite.expiresAt / 1000),
    s: invite.secret,
    a: invite.addresses.slice(0, maxAddresses),
  };
  return inviteLinkStart + toText(sealDocument(inviteKind, value, key).bytes);
}

/** Reads and verifies an invite link. @throws AppError `request-invalid`, in words for the user who has the link */
export async function readInviteLink(link: string, now: number): Promise<Invite> {
  const text = link.trim();
  if (!text.startsWith(inviteLinkStart) || text.length > maxInviteLink) {
    throw new AppError(
      'request-invalid',
      `That is not an invite. An invite is a link that begins with ${inviteLinkStart}`,
    );
  }
  const { value, signer } = await openInvite(text.slice(inviteLinkStart.length));
  const expiresAt = value.e * 1000;
  if (expiresAt <= now) {
    throw new AppError(
      'request-invalid',
      `This invite to ${value.n} has expired. Ask for a new one, and see that the clock of this computer is right.`,
    );
  }
  return {
    pool: value.p,
    poolName: value.n,
    role: value.r,
    expiresAt,
    secret: value.s,
    inviter: signer,
    addresses: value.a,
  };
}

async function openInvite(
  text: string,
): Promise<{ readonly value: z.infer<typeof inviteSchema>; readonly signer: string }> {
  try {
    return openDocument(inviteKind, fromText(text));
  } catch (error) {
    throw new AppError(
      'request-invalid',
      'This invite is damaged. Copy the whole link, or ask for a new one.',
      { cause: error },
    );
  }
}

/** The id of an invite, which both sides can compute and which does not reveal the secret. */
export function inviteId(secret: string): string {
  return hashOf(secret).subarray(0, 4).toString('hex');
}

/** The hash of the secret that the inviter stores, so that its file is not enough to join. */
export function secretHash(secret: string): string {
  return hashOf(secret).toString('hex');
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update('mindmesh-invite').update(secret).digest();
}
