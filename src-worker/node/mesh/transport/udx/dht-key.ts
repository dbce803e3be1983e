/**
 * A node's key in the DHT. It follows from the identity, so that it stays the same, but only in one direction: whoever
 * learns the DHT's key, from its memory or a fault of its library, can neither sign nor connect as the peer. Nor does the DHT
 * learn which peer it is; peers are told by the record that the peer signs.
 */
import { hkdfSync } from 'node:crypto';
import { publicKeyOf, type SigningKey } from '../../../../../src-shared/signing/peer-key.ts';
import type { DhtKeyPair } from './hyperdht.ts';

const seedBytes = 32;
const purpose = 'mindmesh key in the DHT, 1';

export function dhtKeyPair({ raw }: SigningKey): DhtKeyPair {
  const identitySeed = raw.subarray(0, seedBytes);
  const seed = Buffer.from(hkdfSync('sha256', identitySeed, '', purpose, seedBytes));
  const publicKey = publicKeyOf(seed);
  return { publicKey, secretKey: Buffer.concat([seed, publicKey]) };
}
