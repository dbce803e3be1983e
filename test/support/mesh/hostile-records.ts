/** Records that no peer should believe, and far more valid ones than any mesh has. */
import type { ModelSummary } from '../../../src-shared/model.ts';
import {
  pingBytes,
  recordKinds,
  recordProtocol,
} from '../../../src-worker/node/mesh/records/record-messages.ts';
import { maxRecordBytes } from '../../../src-worker/node/mesh/records/record.ts';
import { sealRecord } from '../../../src-worker/node/mesh/records/signed-record.ts';
import { encodeFrame } from '../../../src-worker/wire/frame.ts';
import { plainRecord } from './fuzzing-peer.ts';
import { someKey } from '../pools/pool-keys.ts';
import { onStream, RawConnection } from './raw-connection.ts';

const yearMs = 365 * 24 * 3_600_000;

/** Number of records that one channel takes at once; further ones are taken at a limited rate (record-intake.ts). */
const burst = 48;

function frame(kind: number, body: Uint8Array): Buffer {
  return Buffer.concat(encodeFrame(kind, body));
}

/** Each forged record needs a channel of its own, since it ends its channel. */
export async function sendForgedRecords(address: string): Promise<void> {
  const [self, other] = [await someKey(), await someKey()];
  const own = Buffer.from(await sealRecord(plainRecord(), self.privateKey));
  const others = await sealRecord(plainRecord(), other.privateKey);
  const badSignature = Buffer.from(own);
  badSignature[badSignature.byteLength - 5] = (badSignature.at(-5) ?? 0) ^ 1;
  const connection = await RawConnection.open(address, { identity: self });
  for (const said of [
    frame(recordKinds.record, badSignature),
    frame(recordKinds.record, others),
    frame(recordKinds.forwarded, Buffer.alloc(maxRecordBytes, 1)),
    frame(recordKinds.forwarded, Buffer.alloc(maxRecordBytes + 1)),
  ]) {
    await connection.send(connection.stream(recordProtocol, said).bytes);
    await connection.settled();
  }
  await connection.close();
}

/** The peers whose records were sent, by what is wrong with the records. */
export type Crowd = { readonly strangers: string[]; readonly fromTheFuture: string[] };

/**
 * Sends validly signed records of this many peers that do not exist, over several connections; some are as large as
 * allowed.
 */
export async function sendCrowd(address: string, count: number): Promise<Crowd> {
  const strangers: string[] = [];
  const fromTheFuture: string[] = [];
  while (strangers.length + fromTheFuture.length < count) {
    const connection = await RawConnection.open(address);
    const frames: Buffer[] = [];
    for (let index = 0; index < 2 * burst; index += 1) {
      const identity = await someKey();
      const isFuture = index % 4 === 0;
      const record = plainRecord({
        addresses: ['/ip4/127.0.0.1/tcp/9'],
        models: index % 8 === 1 ? manyModels() : [],
        sequence: isFuture ? Date.now() + yearMs : Date.now(),
      });
      (isFuture ? fromTheFuture : strangers).push(identity.peer);
      frames.push(frame(recordKinds.forwarded, await sealRecord(record, identity.privateKey)));
    }
    // The reply to a ping comes when everything before it was processed.
    const ping = frame(recordKinds.ping, Buffer.alloc(pingBytes));
    const [one = 0, other = 0] = await connection.streams(recordProtocol, 2);
    await connection.hears(
      2 * ping.byteLength,
      onStream(one, ...frames.slice(0, burst), ping),
      onStream(other, ...frames.slice(burst), ping),
    );
    await connection.close();
  }
  return { strangers, fromTheFuture };
}

function manyModels(): ModelSummary[] {
  return Array.from({ length: 60 }, (_, index) => ({
    manifestId: index.toString(16).padStart(64, '0'),
    name: `Model ${index} ${'x'.repeat(150)}`,
    architecture: 'llama',
    layers: 80,
    width: 8192,
    contextLength: 8192,
    sizeBytes: 1_000_000,
    quantisation: 'Q8_0',
  }));
}
