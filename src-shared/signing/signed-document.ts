/**
 * All that nodes sign, as it is stored and travels: JSON in libp2p's signed envelope. There is no canonical form of the JSON:
 * what is signed are the very bytes that travel, and a peer that passes a document on passes those on. Each kind has a domain and
 * a payload type of its own, so that a signature made for one purpose never passes for another.
 *
 * Two signatures are no documents: the reply to a connection's challenge (pools/gate), which is never stored, and that of
 * the makers over the catalog in assets/, a file for people to read.
 */
import type { z } from 'zod';
import { AppError } from '../errors.ts';
import { openEnvelope, type Purpose, sealEnvelope } from './envelope.ts';
import { keyMessageOf, peerOf, type SigningKey } from './peer-key.ts';

export type DocumentKind<T> = {
  /** The kind's name in its domain, its payload type and in messages: "peer-record". */
  readonly name: string;
  readonly schema: z.ZodType<T>;
  /** For the whole envelope. */
  readonly maxBytes: number;
};

export type SignedDocument<T> = {
  readonly bytes: Uint8Array;
  /** Peer id of the key that signed it. */
  readonly signer: string;
  readonly value: T;
};

/** @throws AppError `internal` when the document is larger than readers accept */
export function sealDocument<T>(
  kind: DocumentKind<T>,
  value: T,
  key: SigningKey,
): SignedDocument<T> {
  const bytes = sealEnvelope(purposeOf(kind), Buffer.from(JSON.stringify(value)), key);
  if (bytes.byteLength > kind.maxBytes) {
    throw new AppError(
      'internal',
      `A ${wordsFor(kind)} has ${bytes.byteLength} bytes; peers accept ${kind.maxBytes}`,
    );
  }
  return { bytes, signer: peerOf(keyMessageOf(key)), value };
}

/**
 * Verifies and parses a document. The caller has to judge whether the signer may make this statement.
 * @throws AppError `protocol-violation`
 */
export function openDocument<T>(kind: DocumentKind<T>, bytes: Uint8Array): SignedDocument<T> {
  try {
    if (bytes.byteLength > kind.maxBytes) {
      throw new Error(`${bytes.byteLength} bytes are too many`);
    }
    const { signer, payload } = openEnvelope(purposeOf(kind), bytes);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(payload);
    return { bytes, signer, value: kind.schema.parse(JSON.parse(text)) };
  } catch (error) {
    throw new AppError('protocol-violation', `A ${wordsFor(kind)} is not valid`, { cause: error });
  }
}

function purposeOf({ name }: { readonly name: string }): Purpose {
  return { domain: `mindmesh-${name}`, payloadType: `/mindmesh/${name}/1` };
}

/** The kind's name in messages: "peer record". */
export function wordsFor({ name }: { readonly name: string }): string {
  return name.replaceAll('-', ' ');
}
