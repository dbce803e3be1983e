import { randomBytes } from 'node:crypto';
import { pureJsCrypto } from '@libp2p/noise';
import { describe, expect, it } from 'vitest';
import { keyCachingCrypto } from './noise-crypto.ts';

describe('keyCachingCrypto', () => {
  const key = randomBytes(32);
  const nonce = randomBytes(12);
  const associated = randomBytes(16);

  it.each([0, 1, 1199, 8192, 65_519])('understands the reference cipher at %i bytes', (size) => {
    const plaintext = randomBytes(size);
    const encrypted = keyCachingCrypto.chaCha20Poly1305Encrypt(plaintext, nonce, associated, key);
    const reference = pureJsCrypto.chaCha20Poly1305Encrypt(plaintext, nonce, associated, key);
    expect(Buffer.from(encrypted.subarray()).equals(reference.subarray())).toBe(true);
    const decrypted = keyCachingCrypto.chaCha20Poly1305Decrypt(reference, nonce, associated, key);
    expect(plaintext.equals(decrypted.subarray())).toBe(true);
  });

  it('refuses a changed text and the wrong key', () => {
    const encrypted = Buffer.from(
      keyCachingCrypto.chaCha20Poly1305Encrypt(randomBytes(100), nonce, associated, key).subarray(),
    );
    const decrypt = (text: Buffer, withKey: Buffer): unknown =>
      keyCachingCrypto.chaCha20Poly1305Decrypt(text, nonce, associated, withKey);
    expect(() => decrypt(encrypted, randomBytes(32))).toThrow(/authenticate/);
    encrypted[3] = (encrypted[3] ?? 0) ^ 1;
    expect(() => decrypt(encrypted, key)).toThrow(/authenticate/);
  });
});
