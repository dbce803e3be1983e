/** What peers say on their record channels: verified, at a bounded pace, and entered into the book. */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../../../src-shared/errors.ts';
import type { Frame } from '../../../wire/frame.ts';
import type { Channel } from '../channels/channel.ts';
import { recordKinds } from './record-messages.ts';
import type { PeerRecord } from './record.ts';
import { openRecord } from './signed-record.ts';

/** Verifying costs about 0.2 ms; a peer may have this many records verified a second, in a burst too. */
export const recordsPerSecond = 50;

/** Records that came by another way already cost a hash. */
const repeatedPerSecond = 1000;

/** Digests of records that are remembered, twice; those of a mesh of ten thousand peers fit. */
const maxSeen = 16_384;

/** How a record came. */
export type Hearsay = {
  /** The peer that sent it. */
  readonly from: string;
  readonly isForwarded: boolean;
  readonly bytes: Uint8Array;
};

/** Called with every valid record. */
export type RecordListener = (peer: string, record: PeerRecord, way: Hearsay) => void;

/** Which records were verified lately: gossip brings each several times. */
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

/** Serves one channel on which a peer speaks. What is wrong on it ends it, and nothing else. */
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
    // Answers that the peer does not read hold the reading of its pings back.
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
