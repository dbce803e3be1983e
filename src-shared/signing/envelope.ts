/**
 * libp2p's signed envelope (RFC 0002): a public key, the kind of the payload, the payload, and the signature. It is a
 * protobuf message of four fields, of which exactly one form is accepted: the one that this file writes.
 */
import {
  isKeyMessage,
  isSignedBy,
  keyMessageOf,
  peerOf,
  signatureBytes,
  type SigningKey,
  signWith,
} from './peer-key.ts';

/** The purpose of a signature, so that it never passes for one of another purpose. */
export type Purpose = { readonly domain: string; readonly payloadType: string };

export type OpenedEnvelope = {
  /** Peer id of the key that signed it. */
  readonly signer: string;
  readonly payload: Buffer;
};

/** The protobuf tags of the fields, each of which is bytes with their length before them. */
const tags = { key: 0x0a, payloadType: 0x12, payload: 0x1a, signature: 0x2a } as const;

export function sealEnvelope(purpose: Purpose, payload: Uint8Array, key: SigningKey): Buffer {
  const { payloadType } = purpose;
  return Buffer.concat([
    field(tags.key, keyMessageOf(key)),
    field(tags.payloadType, Buffer.from(payloadType)),
    field(tags.payload, payload),
    field(tags.signature, signWith(key, signedBytes(purpose, payload))),
  ]);
}

/** @throws Error that says what is wrong with the envelope */
export function openEnvelope(purpose: Purpose, bytes: Uint8Array): OpenedEnvelope {
  const reader = new FieldReader(bytes);
  const key = reader.next(tags.key);
  const payloadType = reader.next(tags.payloadType);
  const payload = reader.next(tags.payload);
  const signature = reader.next(tags.signature);
  reader.end();
  // Every node of this project has such a key; other kinds take far longer to verify.
  if (!isKeyMessage(key)) {
    throw new Error('it is not signed with an Ed25519 key');
  }
  if (payloadType.toString() !== purpose.payloadType) {
    throw new Error('it is of another kind');
  }
  const isSigned =
    signature.byteLength === signatureBytes &&
    isSignedBy(key, signedBytes(purpose, payload), signature);
  if (!isSigned) {
    throw new Error('the signature does not belong to it');
  }
  return { signer: peerOf(key), payload };
}

/** Domain, kind and payload, each with its length before it. */
function signedBytes({ domain, payloadType }: Purpose, payload: Uint8Array): Buffer {
  const parts = [Buffer.from(domain), Buffer.from(payloadType), payload];
  return Buffer.concat(parts.flatMap((part) => [varint(part.byteLength), part]));
}

function field(tag: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(tag), varint(bytes.byteLength), bytes]);
}

/** A length as protobuf writes it: seven bits in each byte, the lowest first. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  while (left > 0x7f) {
    bytes.push((left & 0x7f) | 0x80);
    left >>>= 7;
  }
  return Buffer.from([...bytes, left]);
}

/** For a length; an envelope of more than 256 MiB is never valid. */
const maxVarintBytes = 4;

/** Reads one field after another, in the form that `field` writes. */
class FieldReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  next(tag: number): Buffer {
    if (this.#bytes[this.#at] !== tag) {
      throw new Error('it is not in the form of an envelope');
    }
    this.#at += 1;
    const length = this.#length();
    const from = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.byteLength) {
      throw new Error('it is cut short');
    }
    return this.#bytes.subarray(from, this.#at);
  }

  end(): void {
    if (this.#at !== this.#bytes.byteLength) {
      throw new Error('something follows the envelope');
    }
  }

  #length(): number {
    let value = 0;
    for (let index = 0; index < maxVarintBytes; index += 1) {
      const byte = this.#bytes[this.#at];
      this.#at += 1;
      if (byte === undefined) {
        throw new Error('it is cut short');
      }
      value += (byte & 0x7f) << (7 * index);
      if (byte <= 0x7f) {
        // Longer ways to write the same length would let one document have many copies.
        if (byte === 0 && index > 0) {
          throw new Error('it is not in its one form');
        }
        return value;
      }
    }
    throw new Error('it is too long');
  }
}
