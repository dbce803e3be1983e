/** Peer records as they travel. */
import type { PrivateKey } from '@libp2p/interface';
import { underFormerNames } from '../../../wire/former-names.ts';
import { formerRecordNames, maxRecordBytes, peerRecordSchema, type PeerRecord } from './record.ts';
import { openJson, sealJson, type SignedKind } from '../../identity/signed-json.ts';

const recordKind: SignedKind<PeerRecord> = {
  name: 'peer record',
  domain: 'mindmesh-peer-record',
  payloadType: '/mindmesh/peer-record/1',
  schema: peerRecordSchema,
  maxBytes: maxRecordBytes,
};

/** @throws AppError `internal` when the record is larger than peers accept. */
export async function sealRecord(record: PeerRecord, privateKey: PrivateKey): Promise<Uint8Array> {
  // Every node in the mesh is sent this, so what is stored is not said twice; it is read under either name.
  const said = underFormerNames(record, formerRecordNames);
  return await sealJson<unknown>(recordKind, said, privateKey);
}

/**
 * Verifies and parses a record; the peer is whoever signed it.
 * @throws AppError `protocol-violation`
 */
export async function openRecord(
  bytes: Uint8Array,
): Promise<{ readonly peer: string; readonly record: PeerRecord }> {
  const { signer, value } = await openJson(recordKind, bytes);
  return { peer: signer, record: value };
}
