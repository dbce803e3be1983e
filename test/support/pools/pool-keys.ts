/** Keys and certificates for tests of pools, made without any node. */
import { generateKeyPair } from '@libp2p/crypto/keys';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import type { PoolRole } from '../../../src-shared/pool.ts';
import type { Identity } from '../../../src-worker/node/identity/identity.ts';
import {
  issueCertificate,
  type Membership,
} from '../../../src-worker/node/pools/membership/certificate.ts';

/** The identity of a node or of a pool: both are a key with its peer id. */
export async function someKey(): Promise<Identity> {
  const privateKey = await generateKeyPair('Ed25519');
  return { privateKey, peer: peerIdFromPrivateKey(privateKey).toString() };
}

/** A membership, as the pool itself or one of its admins gives it. */
export function membershipOf(
  pool: Identity,
  peer: string,
  {
    role = 'member',
    at = Date.now(),
    by,
    name = 'somebody',
  }: {
    role?: PoolRole;
    at?: number;
    by?: { readonly admin: Identity; readonly membership: Membership } | undefined;
    name?: string;
  } = {},
): Promise<Membership> {
  const subject = { pool: pool.peer, poolName: 'Friends', peer, role, name };
  return by === undefined
    ? issueCertificate(subject, at, pool.privateKey, undefined)
    : issueCertificate(subject, at, by.admin.privateKey, by.membership.certificate);
}
