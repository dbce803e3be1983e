/**
 * The Ed25519 keys that peers sign with. A peer id contains its public key, so everyone who has the id can check a
 * signature.
 */
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { base58 } from './base58.ts';

/** A private key in libp2p's form: seed and public key, 32 bytes each. */
export type SigningKey = { readonly type: 'Ed25519'; readonly raw: Uint8Array };

/** The DER around a seed (PKCS #8) and around a public key (SPKI), RFC 8410. */
const privateKeyStart = Buffer.from('302e020100300506032b657004220420', 'hex');
const publicKeyStart = Buffer.from('302a300506032b6570032100', 'hex');

/** libp2p's protobuf of an Ed25519 public key, without the key's 32 bytes. */
const keyMessageStart = Buffer.from('08011220', 'hex');
/** A multihash of the kind "identity": the 36 bytes of that protobuf follow unchanged. */
const peerIdStart = Buffer.from('0024', 'hex');

const keyBytes = 32;
export const signatureBytes = 64;
/** Length of a public key in libp2p's form. */
const keyMessageBytes = keyMessageStart.byteLength + keyBytes;

/** The 32 bytes of the public key that belongs to a seed. */
export function publicKeyOf(seed: Uint8Array): Buffer {
  const key = Buffer.concat([privateKeyStart, seed]);
  const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return der.subarray(publicKeyStart.byteLength);
}

/** The public key of a private one, in libp2p's form. */
export function keyMessageOf({ raw }: SigningKey): Buffer {
  return Buffer.concat([keyMessageStart, raw.subarray(keyBytes)]);
}

/** Whether the bytes are an Ed25519 public key in libp2p's form. */
export function isKeyMessage(bytes: Buffer): boolean {
  return (
    bytes.byteLength === keyMessageBytes &&
    bytes.subarray(0, keyMessageStart.byteLength).equals(keyMessageStart)
  );
}

/** The peer id of a public key in libp2p's form. */
export function peerOf(keyMessage: Uint8Array): string {
  return base58(Buffer.concat([peerIdStart, keyMessage]));
}

export function signWith({ raw }: SigningKey, bytes: Uint8Array): Buffer {
  const key = Buffer.concat([privateKeyStart, raw.subarray(0, keyBytes)]);
  return sign(null, bytes, createPrivateKey({ key, format: 'der', type: 'pkcs8' }));
}

/** Whether the owner of the public key, in libp2p's form, signed these bytes. */
export function isSignedBy(keyMessage: Buffer, bytes: Uint8Array, signature: Uint8Array): boolean {
  const key = Buffer.concat([publicKeyStart, keyMessage.subarray(keyMessageStart.byteLength)]);
  return verify(null, bytes, createPublicKey({ key, format: 'der', type: 'spki' }), signature);
}
