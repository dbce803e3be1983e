/** Takes the records that peers send: verifies them at a bounded rate and hands them to a listener. */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../../../src-shared/errors.ts';
import type { Frame } from '../../../wire/frame.ts';
import type { Channel } from '../channels/channel.ts';
import { recordKinds } from './record-messages.ts';
import type { PeerRecord } from './record.ts';
import { openRecord } from './signed-record.ts';

/** Most records of one peer that are verified a second, and at once in a burst; verifying costs about 0.2 ms. */
export const recordsPerSecond = 50;

/** Most records a second that were verified already, which cost a hash. */
const repeatedPerSecond = 1000;

/** Digests in each of the two generations of remembered records: those of a mesh of ten thousand peers fit. */
const maxSeen = 16_384;

/** How a record arrived. */
export type Hearsay = {
  /** The peer that sent it. */
  readonly from: string;
  readonly isForwarded: boolean;
  readonly bytes: Uint8Array;
};

/** Called with every valid record. */
export type RecordListener = (peer: string, record: PeerRecord, way: Hearsay) => void;

/** Remembers which records were verified lately, since gossip brings each several times. */
export class SeenRecords {
  #newer = new Set<string>();
  #older = new Set<string>();

  has(bytes: Uint8Array): boolean {
    const digest = digestOf(bytes);
    return this.#newer.has(digest) || this.#older.has(digest);
  }

  add(bytes: Uint8Array): void {
    this.#newer.add(digestOf(bytes));
    if (this.#newer.size >= maxSeen) {
      this.#older = this.#newer;
      this.#newer = new Set();
    }
  }
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}

/** Serves one channel on which a peer sends records. An error ends this channel alone. */
export function listenToRecords(
  channel: Channel,
  onRecord: RecordListener,
  seen = new SeenRecords(),
): void {
  let nextAt = 0;
  const pace = async (perSecond: number): Promise<void> => {
    const now = performance.now();
    nextAt = Math.max(nextAt + 1000 / perSecond, now - 1000);
    if (nextAt > now) {
      await delay(nextAt - now, undefined, { ref: false });
    }
  };
  channel.onFrame(({ kind, body }: Frame) => {
    // While the peer does not read the pongs, its pings are not read either.
    if (kind === recordKinds.ping) {
      return channel.send(recordKinds.pong, body);
    }
    const isForwarded = kind === recordKinds.forwarded;
    if (isForwarded && seen.has(body)) {
      return pace(repeatedPerSecond);
    }
    const way = { from: channel.peer, isForwarded, bytes: Buffer.from(body) };
    return takeRecord(way, seen, onRecord).then(() => pace(recordsPerSecond));
  });
}

async function takeRecord(
  way: Hearsay,
  seen: SeenRecords,
  onRecord: RecordListener,
): Promise<void> {
  const { peer, record } = await openRecord(way.bytes);
  if (!way.isForwarded && peer !== way.from) {
    throw new AppError('protocol-violation', 'A peer sent the record of another one as its own');
  }
  seen.add(way.bytes);
  onRecord(peer, record, way);
}
