/** Certificates, revocations and what else is signed in pools, as they are kept and travel. */
import type { PrivateKey } from '@libp2p/interface';
import { peerIdFromPublicKey } from '@libp2p/peer-id';
import type { z } from 'zod';
import { openJson, sealJson, type SignedKind } from './signed-json.ts';

export type DocumentKind<T> = {
  /** Names the kind in its domain and payload type. */
  readonly name: string;
  readonly schema: z.ZodType<T>;
  /** Of the whole envelope. */
  readonly maxBytes: number;
};

export type SignedDocument<T> = {
  readonly bytes: Uint8Array;
  /** Peer id of the key that signed it. */
  readonly signer: string;
  readonly value: T;
};

/** @throws AppError `internal` when the document is larger than readers accept */
export async function sealDocument<T>(
  kind: DocumentKind<T>,
  value: T,
  key: PrivateKey,
): Promise<SignedDocument<T>> {
  const bytes = await sealJson(signedKind(kind), value, key);
  return { bytes, signer: peerIdFromPublicKey(key.publicKey).toString(), value };
}

/**
 * Verifies and parses a document. Whether its signer may say such a thing is for the caller to judge.
 * @throws AppError `protocol-violation`
 */
export async function openDocument<T>(
  kind: DocumentKind<T>,
  bytes: Uint8Array,
): Promise<SignedDocument<T>> {
  return { bytes, ...(await openJson(signedKind(kind), bytes)) };
}

function signedKind<T>({ name, schema, maxBytes }: DocumentKind<T>): SignedKind<T> {
  return {
    name: `pool ${name}`,
    domain: `mindmesh-pool-${name}`,
    payloadType: `/mindmesh/pool-${name}/1`,
    schema,
    maxBytes,
  };
}
