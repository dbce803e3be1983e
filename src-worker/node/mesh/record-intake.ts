/** What peers say on their record channels: verified, at a bounded pace, and entered into the book. */
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../../src-shared/errors.ts';
import type { Frame } from '../../wire/frame.ts';
import type { Channel } from './channel.ts';
import { recordKinds } from './record-messages.ts';
import type { PeerRecord } from './record.ts';
import { openRecord } from './signed-record.ts';

/** Verifying costs about 0.2 ms; a peer may have this many records verified a second, in a burst too. */
const recordsPerSecond = 20;

/** Told of every valid record. */
export type RecordListener = (peer: string, record: PeerRecord, isForwarded: boolean) => void;

/** Serves one channel on which a peer speaks. What is wrong on it ends it, and nothing else. */
export function listenToRecords(channel: Channel, onRecord: RecordListener): void {
  let nextAt = 0;
  const pace = async (): Promise<void> => {
    const now = performance.now();
    nextAt = Math.max(nextAt + 1000 / recordsPerSecond, now - 1000);
    if (nextAt > now) {
      await delay(nextAt - now, undefined, { ref: false });
    }
  };
  channel.onFrame(({ kind, body }: Frame) => {
    // Answers that the peer does not read hold the reading of its pings back.
    if (kind === recordKinds.ping) {
      return channel.send(recordKinds.pong, body);
    }
    return takeRecord(channel.peer, kind === recordKinds.forwarded, body, onRecord).then(pace);
  });
}

async function takeRecord(
  speaker: string,
  isForwarded: boolean,
  body: Buffer,
  onRecord: RecordListener,
): Promise<void> {
  const { peer, record } = await openRecord(body);
  if (!isForwarded && peer !== speaker) {
    throw new AppError('protocol-violation', 'A peer sent the record of another one as its own');
  }
  onRecord(peer, record, isForwarded);
}
