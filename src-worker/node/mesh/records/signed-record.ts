/** Signs peer records for the wire, and verifies them. */
import type { SigningKey } from '../../../../src-shared/signing/peer-key.ts';
import {
  type DocumentKind,
  openDocument,
  sealDocument,
} from '../../../../src-shared/signing/signed-document.ts';
import { underFormerNames } from '../../../wire/former-names.ts';
import { formerRecordNames, maxRecordBytes, peerRecordSchema, type PeerRecord } from './record.ts';

const recordKind: DocumentKind<PeerRecord> = {
  name: 'peer-record',
  schema: peerRecordSchema,
  maxBytes: maxRecordBytes,
};

/** @throws AppError `internal` when the record is larger than peers accept. */
export async function sealRecord(record: PeerRecord, key: SigningKey): Promise<Uint8Array> {
  // Every node gets this record, so stored models are named once, under the former name, which both versions read.
  const said = underFormerNames(record, formerRecordNames);
  return sealDocument<unknown>(recordKind, said, key).bytes;
}

/**
 * Verifies and parses a record; the peer is its signer.
 * @throws AppError `protocol-violation`
 */
export async function openRecord(
  bytes: Uint8Array,
): Promise<{ readonly peer: string; readonly record: PeerRecord }> {
  const { signer, value } = openDocument(recordKind, bytes);
  return { peer: signer, record: value };
}
