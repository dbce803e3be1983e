import { generateKeyPair, generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { RecordEnvelope } from '@libp2p/peer-record';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openDocument, sealDocument } from './signed-document.ts';

const kind = {
  name: 'test-note',
  schema: z.strictObject({ text: z.string() }),
  maxBytes: 4096,
};
const value = { text: 'Äpfel '.repeat(40) };

/** A record that @libp2p/peer-record made, which earlier versions used, with the key of a seed of 32 sevens. */
const storedByLibp2p =
  'CiQIARIg6kpsY-KcUgq-9VB7Ey7F-ZVHdq6-vnuSQh7qaRRG0iwSGy9taW5kbWVzaC9wb29sLXJldm9jYXRpb24vMRoMeyJwb29sIjoicCJ9KkApwVYvObL_sNQS_GmJYE39OA66RH-a8_o74t83jQ_7gl1YXjrVw-kqelJH2_wJZkf4bMErdUBvrpaySYCLZPQC';

async function byLibp2p(payload: string): Promise<Uint8Array> {
  const key = await generateKeyPair('Ed25519');
  const sealed = await RecordEnvelope.seal(
    {
      domain: 'mindmesh-test-note',
      codec: Buffer.from('/mindmesh/test-note/1'),
      marshal: () => Buffer.from(payload),
      equals: () => false,
    },
    key,
  );
  return sealed.marshal();
}

describe('a signed document', () => {
  it('comes back as it was, with the peer that signed it', async () => {
    const key = await generateKeyPair('Ed25519');
    const sealed = sealDocument(kind, value, key);
    expect(openDocument(kind, sealed.bytes)).toEqual(sealed);
    expect(sealed.signer).toBe(peerIdFromPrivateKey(key).toString());
  });

  it('is the envelope that libp2p makes and reads, whichever of the two wrote it', async () => {
    const key = await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(7));
    const { bytes } = sealDocument(kind, value, key);
    const read = await RecordEnvelope.openAndCertify(bytes, 'mindmesh-test-note');
    expect(Buffer.from(read.payload).toString()).toBe(JSON.stringify(value));
    expect(Buffer.from(read.marshal()).equals(bytes)).toBe(true);
    expect(openDocument(kind, await byLibp2p(JSON.stringify(value))).value).toEqual(value);
  });

  it('is read as versions before this one stored it', async () => {
    const key = await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(7));
    const note = { ...kind, name: 'pool-revocation', schema: z.strictObject({ pool: z.string() }) };
    const bytes = Buffer.from(storedByLibp2p, 'base64url');
    expect(openDocument(note, bytes)).toEqual({
      bytes,
      signer: peerIdFromPrivateKey(key).toString(),
      value: { pool: 'p' },
    });
    expect(Buffer.from(sealDocument(note, { pool: 'p' }, key).bytes)).toEqual(bytes);
  });

  it('is refused whichever one of its bits was changed', async () => {
    const bytes = sealDocument(kind, { text: 'short' }, await generateKeyPair('Ed25519')).bytes;
    for (let bit = 0; bit < bytes.byteLength * 8; bit += 1) {
      const forged = Buffer.from(bytes);
      forged.writeUInt8(forged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => openDocument(kind, forged)).toThrow('A test note is not valid');
    }
  });

  it('is refused when it is cut short, goes on, or says a length in more bytes than it takes', async () => {
    const { bytes } = sealDocument(kind, { text: 'short' }, await generateKeyPair('Ed25519'));
    const longer = Buffer.from(bytes);
    const padded = Buffer.concat([
      longer.subarray(0, 1),
      Buffer.of(0xa4, 0x00),
      longer.subarray(2),
    ]);
    expect(longer[1]).toBe(36);
    for (const forged of [
      padded,
      Buffer.concat([bytes, Buffer.of(0)]),
      ...Array.from(bytes, (_, length) => bytes.subarray(0, length)),
    ]) {
      expect(() => openDocument(kind, forged)).toThrow('A test note is not valid');
    }
  });

  it('is refused for another purpose, and where it is too large', async () => {
    const { bytes } = sealDocument(kind, value, await generateKeyPair('Ed25519'));
    const other = { ...kind, name: 'other-note' };
    expect(() => openDocument(other, bytes)).toThrow('A other note is not valid');
    expect(() => openDocument({ ...kind, maxBytes: 100 }, bytes)).toThrow('is not valid');
    expect(() =>
      sealDocument({ ...kind, maxBytes: 100 }, value, { type: 'Ed25519', raw: new Uint8Array(64) }),
    ).toThrow('peers accept 100');
  });

  it('is refused when what it says is no such thing', async () => {
    for (const payload of ['{', '[]', '{"text":1}', '{"text":"a","more":1}']) {
      const bytes = await byLibp2p(payload);
      expect(() => openDocument(kind, bytes)).toThrow('A test note is not valid');
    }
  });
});
