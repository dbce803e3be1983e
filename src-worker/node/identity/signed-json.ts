/**
 * What nodes sign for each other, as it is kept and travels: JSON in libp2p's signed envelope (RFC 0002). Each kind has a
 * domain and a payload type of its own, so that a signature made for one purpose never passes for another.
 */
import type { PrivateKey } from '@libp2p/interface';
import { peerIdFromPublicKey } from '@libp2p/peer-id';
import { RecordEnvelope } from '@libp2p/peer-record';
import type { z } from 'zod';
import { AppError } from '../../../src-shared/errors.ts';

export type SignedKind<T> = {
  /** In messages: "peer record". */
  readonly name: string;
  readonly domain: string;
  readonly payloadType: string;
  readonly schema: z.ZodType<T>;
  /** Of the whole envelope. */
  readonly maxBytes: number;
};

export type Opened<T> = {
  /** Peer id of the key that signed it. */
  readonly signer: string;
  readonly value: T;
};

/** @throws AppError `internal` when it is larger than readers accept */
export async function sealJson<T>(
  kind: SignedKind<T>,
  value: T,
  key: PrivateKey,
): Promise<Uint8Array> {
  const payload = Buffer.from(JSON.stringify(value));
  const codec = Buffer.from(kind.payloadType);
  const envelope = await RecordEnvelope.seal(
    { domain: kind.domain, codec, marshal: () => payload, equals: () => false },
    key,
  );
  const bytes = envelope.marshal();
  if (bytes.byteLength > kind.maxBytes) {
    throw new AppError(
      'internal',
      `A ${kind.name} has ${bytes.byteLength} bytes; peers accept ${kind.maxBytes}`,
    );
  }
  return bytes;
}

/**
 * Verifies and parses. Whether its signer may say such a thing is for the caller to judge.
 * @throws AppError `protocol-violation`
 */
export async function openJson<T>(kind: SignedKind<T>, bytes: Uint8Array): Promise<Opened<T>> {
  try {
    if (bytes.byteLength > kind.maxBytes) {
      throw new Error(`${bytes.byteLength} bytes are too many`);
    }
    const envelope = await RecordEnvelope.openAndCertify(bytes, kind.domain);
    if (!Buffer.from(kind.payloadType).equals(envelope.payloadType)) {
      throw new Error('the payload is of another type');
    }
    // Every node of ours has such a key; others cost far more to verify.
    if (envelope.publicKey.type !== 'Ed25519') {
      throw new Error(`the key is of type ${envelope.publicKey.type}`);
    }
    // One thing said has one form: bytes that mean nothing would let a set grow by copies.
    if (!Buffer.from(envelope.marshal()).equals(bytes)) {
      throw new Error('the envelope is not in its canonical form');
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(envelope.payload);
    const value = kind.schema.parse(JSON.parse(text));
    return { signer: peerIdFromPublicKey(envelope.publicKey).toString(), value };
  } catch (error) {
    throw new AppError('protocol-violation', `A ${kind.name} is not valid`, { cause: error });
  }
}
