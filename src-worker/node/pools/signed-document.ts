/**
 * Certificates, revocations and invites as they are kept and travel: JSON in libp2p's signed envelope (RFC 0002),
 * each kind under a domain of its own, so that a signature over one never passes for another.
 */
import type { PrivateKey } from '@libp2p/interface';
import { peerIdFromPublicKey } from '@libp2p/peer-id';
import { RecordEnvelope } from '@libp2p/peer-record';
import type { z } from 'zod';
import { AppError } from '../../../src-shared/errors.ts';

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
  const payload = Buffer.from(JSON.stringify(value));
  const envelope = await RecordEnvelope.seal(
    {
      domain: domainOf(kind.name),
      codec: payloadTypeOf(kind.name),
      marshal: () => payload,
      equals: () => false,
    },
    key,
  );
  const bytes = envelope.marshal();
  if (bytes.byteLength > kind.maxBytes) {
    throw new AppError(
      'internal',
      `A ${kind.name} of ${bytes.byteLength} bytes is too large; peers accept ${kind.maxBytes}`,
    );
  }
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
  try {
    if (bytes.byteLength > kind.maxBytes) {
      throw new Error(`${bytes.byteLength} bytes are too many`);
    }
    const envelope = await RecordEnvelope.openAndCertify(bytes, domainOf(kind.name));
    if (!payloadTypeOf(kind.name).equals(envelope.payloadType)) {
      throw new Error('the payload is of another type');
    }
    if (envelope.publicKey.type !== 'Ed25519') {
      throw new Error(`the key is of type ${envelope.publicKey.type}`);
    }
    // One document has one form: bytes that mean nothing would let a set grow by copies.
    if (!Buffer.from(envelope.marshal()).equals(bytes)) {
      throw new Error('the envelope is not in its canonical form');
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(envelope.payload);
    const value = kind.schema.parse(JSON.parse(text));
    return { bytes, signer: peerIdFromPublicKey(envelope.publicKey).toString(), value };
  } catch (error) {
    throw new AppError('protocol-violation', `A ${kind.name} of a pool is not valid`, {
      cause: error,
    });
  }
}

function domainOf(name: string): string {
  return `mindmesh-pool-${name}`;
}

function payloadTypeOf(name: string): Buffer {
  return Buffer.from(`/mindmesh/pool-${name}/1`);
}
