/**
 * Peer records as they travel: JSON in libp2p's signed envelope (RFC 0002), under our own domain and
 * payload type, so that a signature made for another purpose never passes for a record.
 */
import type { PrivateKey } from '@libp2p/interface';
import { peerIdFromPublicKey } from '@libp2p/peer-id';
import { RecordEnvelope } from '@libp2p/peer-record';
import { AppError } from '../../../src-shared/errors.ts';
import { maxRecordBytes, peerRecordSchema, type PeerRecord } from './record.ts';

const domain = 'mindmesh-peer-record';
const payloadType = Buffer.from('/mindmesh/peer-record/1');

/** @throws AppError `internal` when the record is larger than peers accept. */
export async function sealRecord(record: PeerRecord, privateKey: PrivateKey): Promise<Uint8Array> {
  const payload = Buffer.from(JSON.stringify(record));
  const envelope = await RecordEnvelope.seal(
    { domain, codec: payloadType, marshal: () => payload, equals: () => false },
    privateKey,
  );
  const bytes = envelope.marshal();
  if (bytes.byteLength > maxRecordBytes) {
    throw new AppError(
      'internal',
      `This node's record has ${bytes.byteLength} bytes; peers accept ${maxRecordBytes}`,
    );
  }
  return bytes;
}

/**
 * Verifies and parses a record; the peer is whoever signed it.
 * @throws AppError `protocol-violation`
 */
export async function openRecord(
  bytes: Uint8Array,
): Promise<{ readonly peer: string; readonly record: PeerRecord }> {
  try {
    if (bytes.byteLength > maxRecordBytes) {
      throw new Error(`${bytes.byteLength} bytes are too many`);
    }
    const envelope = await RecordEnvelope.openAndCertify(bytes, domain);
    if (!payloadType.equals(envelope.payloadType)) {
      throw new Error('the payload is of another type');
    }
    // Every node of ours has such a key; others cost far more to verify.
    if (envelope.publicKey.type !== 'Ed25519') {
      throw new Error(`the key is of type ${envelope.publicKey.type}`);
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(envelope.payload);
    const record = peerRecordSchema.parse(JSON.parse(text));
    return { peer: peerIdFromPublicKey(envelope.publicKey).toString(), record };
  } catch (error) {
    throw new AppError('protocol-violation', 'A peer record is not valid', { cause: error });
  }
}
