/**
 * The messages of the authorisation handshake, /mindmesh/pool-auth/1. It runs on every connection directly after the
 * encryption, before there are streams and any other protocol:
 *
 *   both      hello    a nonce, and for each of the sender's pools a mark that only nodes that know the pool recognise
 *   both      proof    for the pools in common: certificates, and a signature over both nonces and peers
 *   both      verdict  accepted, or the reason of the refusal
 *
 * Without a pool in common the handshake ends after the hellos; then either both sides accept strangers or the connection
 * ends. /mindmesh/pool-join/1 is the same hello with an invite's secret, sent to the inviting peer only. The
 * reply is a certificate or a refusal, and the connection ends.
 */
import { createHash, createHmac } from 'node:crypto';
import { z } from 'zod';
import { maxPools, poolIdSchema, poolNameSchema } from '../../../../src-shared/pool.ts';
import { membershipTextSchema } from '../membership/certificate.ts';
import { statementTextSchema } from '../membership/statement.ts';

const nonceBytes = 32;

const bytesAsText = (bytes: number): z.ZodString =>
  z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((bytes * 4) / 3)}}$`));

export const helloSchema = z.strictObject({
  protocol: z.literal('/mindmesh/pool-auth/1'),
  nonce: bytesAsText(nonceBytes),
  /** Whether the sender accepts only members of its pools. */
  poolOnly: z.boolean(),
  marks: z.array(bytesAsText(16)).max(maxPools),
  join: z
    .strictObject({
      protocol: z.literal('/mindmesh/pool-join/1'),
      pool: poolIdSchema,
      secret: bytesAsText(16),
      name: poolNameSchema.optional(),
    })
    .optional(),
});
export type Hello = z.infer<typeof helloSchema>;

export const proofSchema = z.strictObject({
  memberships: z.array(membershipTextSchema).max(maxPools),
  signature: bytesAsText(64),
});
export type Proof = z.infer<typeof proofSchema>;

const refusals = [
  'stranger',
  'removed',
  'expired',
  'full',
  'busy',
  'failed',
  'invite-unknown',
  'invite-expired',
  'invite-used-up',
] as const;
export type Refusal = (typeof refusals)[number];

export const verdictSchema = z.strictObject({
  refusal: z.enum(refusals).optional(),
  /** The revocation of the refused peer, which may not know it yet. */
  revocation: statementTextSchema.optional(),
});
export type Verdict = z.infer<typeof verdictSchema>;

export const joinReplySchema = z.strictObject({
  refusal: z.enum(refusals).optional(),
  /** The new membership of the joining peer, and the inviter's own. */
  membership: membershipTextSchema.optional(),
  inviter: membershipTextSchema.optional(),
});
export type JoinReply = z.infer<typeof joinReplySchema>;

/** Largest message of each kind, in bytes. */
export const maxHelloBytes = 2048;
export const maxProofBytes = maxPools * 4200 + 512;
export const maxVerdictBytes = 6000;
export const maxJoinReplyBytes = 10_000;

/** Each refusal in words for the user whose node was refused. */
export const refusalSentences: Readonly<Record<Refusal, string>> = {
  stranger: 'it talks only to members of its pools',
  removed: 'this machine was removed from its pool',
  expired: 'the certificate of this machine has expired; ask an admin of the pool for a new invite',
  full: 'the pool is full',
  busy: 'too many try to join there just now; try again in a minute',
  failed: 'it could not do that just now; try again later',
  'invite-unknown': 'it does not know this invite, or has closed it; ask for a new one',
  'invite-expired': 'this invite has expired; ask for a new one',
  'invite-used-up': 'this invite has been used up; ask for a new one',
};

/** A mark identifies a pool to nodes that know its id, and reveals nothing to others; it differs with every nonce. */
export function markOf(pool: string, nonce: string, peer: string): string {
  return createHmac('sha256', pool)
    .update(`mindmesh-pool-mark ${nonce} ${peer}`)
    .digest()
    .subarray(0, 16)
    .toString('base64url');
}

/** One side of a connection. */
export type Side = { readonly peer: string; readonly nonce: string };

/** The bytes that a side signs. The signature is of no use on another connection, or to the other side. */
export function signedBytes(signer: Side, other: Side): Buffer {
  const text = ['mindmesh-pool-auth', signer.peer, signer.nonce, other.peer, other.nonce].join(' ');
  return createHash('sha256').update(text).digest();
}
