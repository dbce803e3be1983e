import { generateKeyPair } from '@libp2p/crypto/keys';
import type { PrivateKey } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { RecordEnvelope } from '@libp2p/peer-record';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src-shared/errors.ts';
import type { ModelSummary } from '../../../../src-shared/model.ts';
import type { PeerRecord } from './record.ts';
import { openRecord, sealRecord } from './signed-record.ts';

const record: PeerRecord = {
  sequence: 1,
  state: 'serving',
  addresses: ['/ip4/192.0.2.1/tcp/1'],
  models: [],
  shards: [
    {
      manifestId: 'a'.repeat(64),
      firstLayer: 0,
      lastLayer: 3,
      freeSessions: 1,
      maxSessions: 8,
      contextLength: 4096,
      tokensPerSecond: 12.5,
    },
  ],
};

const summary: ModelSummary = {
  manifestId: 'a'.repeat(64),
  name: 'Some model',
  architecture: 'llama',
  layers: 4,
  width: 8,
  contextLength: 4096,
  sizeBytes: 1000,
  quantisation: 'F32',
};

const domain = 'mindmesh-peer-record';
const type = '/mindmesh/peer-record/1';

/** An envelope with a valid signature over any payload. */
async function envelope(
  payload: string | Buffer,
  {
    inDomain = domain,
    ofType = type,
    key,
  }: { inDomain?: string; ofType?: string; key?: PrivateKey } = {},
): Promise<Uint8Array> {
  const sealed = await RecordEnvelope.seal(
    {
      domain: inDomain,
      codec: Buffer.from(ofType),
      marshal: () => Buffer.from(payload),
      equals: () => false,
    },
    key ?? (await generateKeyPair('Ed25519')),
  );
  return sealed.marshal();
}

describe('signed records', () => {
  it('name their signer and come back as they were', async () => {
    const key = await generateKeyPair('Ed25519');
    const opened = await openRecord(await sealRecord(record, key));
    expect(opened).toEqual({ peer: peerIdFromPrivateKey(key).toString(), record });
  });

  it.each(['held', 'stores'])('may name stored models under %s', async (name) => {
    const said = { ...record, [name]: [summary] };
    expect((await openRecord(await envelope(JSON.stringify(said)))).record).toEqual({
      ...record,
      stores: [summary],
    });
  });

  it('name stored models once, under the name that peers of the former version know', async () => {
    const bytes = await sealRecord(
      { ...record, stores: [summary] },
      await generateKeyPair('Ed25519'),
    );
    const { payload } = await RecordEnvelope.openAndCertify(bytes, domain);
    expect(JSON.parse(Buffer.from(payload).toString())).toEqual({ ...record, held: [summary] });
  });

  it('of a later version are read without their unknown members', async () => {
    const speaks = { version: 9, features: ['mind-reading'] };
    const said = { ...record, mood: 'good', speaks: { ...speaks, dialect: 'northern' } };
    expect((await openRecord(await envelope(JSON.stringify(said)))).record).toEqual({
      ...record,
      speaks,
    });
  });

  it('are refused when a byte of them was changed, unless that byte means nothing', async () => {
    const bytes = await sealRecord(record, await generateKeyPair('Ed25519'));
    const original = await openRecord(bytes);
    const outcomes: unknown[] = [];
    for (let index = 0; index < bytes.length; index += 1) {
      const forged = Uint8Array.from(bytes);
      forged[index] = (forged[index] ?? 0) ^ 1;
      const outcome = await openRecord(forged).catch((error: unknown) => error);
      outcomes.push(outcome instanceof AppError ? outcome.code : outcome);
    }
    // Protobuf can encode the same message in several ways, which differ in a few bytes of framing.
    const accepted = outcomes.filter((outcome) => outcome !== 'protocol-violation');
    expect(accepted.length).toBeLessThan(16);
    expect(accepted).toEqual(accepted.map(() => original));
  });

  it('are refused when another key is put in', async () => {
    const [alice, mallory] = [await generateKeyPair('Ed25519'), await generateKeyPair('Ed25519')];
    const original = RecordEnvelope.createFromProtobuf(await sealRecord(record, alice));
    const forged = new RecordEnvelope({
      publicKey: mallory.publicKey,
      payloadType: original.payloadType,
      payload: original.payload,
      signature: original.signature,
    });
    await expect(openRecord(forged.marshal())).rejects.toMatchObject({
      code: 'protocol-violation',
    });
  });

  it.each([
    ['signed for another purpose', () => envelope(JSON.stringify(record), { inDomain: 'other' })],
    ['of another type', () => envelope(JSON.stringify(record), { ofType: '/other' })],
    ['not JSON', () => envelope('{')],
    ['not text', () => envelope(Buffer.from([0x22, 0xff, 0x22]))],
    ['not a record', () => envelope('[]')],
    ['in no known state', () => envelope(JSON.stringify({ ...record, state: 'dancing' }))],
    ['numbered below zero', () => envelope(JSON.stringify({ ...record, sequence: -1 }))],
    ['nested without end', () => envelope('['.repeat(30_000))],
    [
      'naming too many addresses',
      () => envelope(JSON.stringify({ ...record, addresses: Array(33).fill('/') })),
    ],
    ['too large', () => envelope(JSON.stringify({ ...record, padding: 'x'.repeat(65_536) }))],
    ['no envelope at all', async () => Buffer.from('hello')],
    ['empty', async () => Buffer.alloc(0)],
    [
      'signed with a key of another type',
      async () => envelope(JSON.stringify(record), { key: await generateKeyPair('secp256k1') }),
    ],
  ])('are refused when %s', async (_, make) => {
    await expect(openRecord(await make())).rejects.toMatchObject({ code: 'protocol-violation' });
  });

  it('may have members that this version does not know', async () => {
    const opened = await openRecord(await envelope(JSON.stringify({ ...record, colour: 3 })));
    expect(opened.record).toEqual(record);
  });

  it('are not made larger than peers accept', async () => {
    const large = { ...record, addresses: Array<string>(200).fill('x'.repeat(400)) };
    await expect(sealRecord(large, await generateKeyPair('Ed25519'))).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('peers accept 65536'),
    });
  });
});
