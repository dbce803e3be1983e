import { generateKeyPair } from '@libp2p/crypto/keys';
import type { Ed25519PrivateKey } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { describe, expect, it, vi } from 'vitest';
import { ended } from '../../../../test/support/mesh/channel-contract.ts';
import type { Channel } from '../channels/channel.ts';
import { localChannelPair } from '../channels/local-channel.ts';
import { listenToRecords } from './record-intake.ts';
import { replyRecordLimits, recordKinds, spokenRecordLimits } from './record-messages.ts';
import type { PeerRecord } from './record.ts';
import { sealRecord } from './signed-record.ts';

function recordOf(sequence: number): PeerRecord {
  return { sequence, state: 'serving', addresses: [], models: [], shards: [] };
}

/** A channel on which the peer of `key` sends, and the records that were taken from it. */
async function conversation(): Promise<{
  key: Ed25519PrivateKey;
  peer: string;
  speaker: Channel;
  heard: string[];
}> {
  const key = await generateKeyPair('Ed25519');
  const peer = peerIdFromPrivateKey(key).toString();
  const limits = [replyRecordLimits, spokenRecordLimits] as const;
  const [speaker, listener] = localChannelPair(peer, limits, () => {});
  const heard: string[] = [];
  listenToRecords(listener, (from, { sequence }, { isForwarded }) => {
    heard.push(
      `${from === peer ? 'speaker' : 'other'} ${sequence}${isForwarded ? ' forwarded' : ''}`,
    );
  });
  return { key, peer, speaker, heard };
}

describe('listenToRecords', () => {
  it('takes the records of the sender', async () => {
    const { key, speaker, heard } = await conversation();
    await speaker.send(recordKinds.record, await sealRecord(recordOf(1), key));
    await speaker.send(recordKinds.record, await sealRecord(recordOf(2), key));
    await vi.waitFor(() => expect(heard).toEqual(['speaker 1', 'speaker 2']));
  });

  it('takes the signed record of another peer only as a forwarded one', async () => {
    const { speaker, heard } = await conversation();
    const other = await sealRecord(recordOf(1), await generateKeyPair('Ed25519'));
    await speaker.send(recordKinds.forwarded, other);
    await vi.waitFor(() => expect(heard).toEqual(['other 1 forwarded']));
    void speaker.send(recordKinds.record, other);
    expect(await ended(speaker)).toMatchObject({ code: 'peer-failed' });
    expect(heard).toEqual(['other 1 forwarded']);
  });

  it.each([
    ['a record', recordKinds.record],
    ['a forwarded record', recordKinds.forwarded],
  ])('ends the channel at %s that was forged, and takes nothing', async (_, kind) => {
    const { key, speaker, heard } = await conversation();
    const forged = Buffer.from(await sealRecord(recordOf(1), key));
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    void speaker.send(kind, forged);
    expect(await ended(speaker)).toMatchObject({ code: 'peer-failed' });
    expect(heard).toEqual([]);
  });

  it('refuses a frame that is too large before reading it', async () => {
    const { speaker, heard } = await conversation();
    void speaker.send(recordKinds.record, Buffer.alloc(64 * 1024 + 1));
    expect(await ended(speaker)).toMatchObject({ code: 'peer-failed' });
    expect(heard).toEqual([]);
  });

  it('replies to a ping with its own bytes', async () => {
    const { speaker } = await conversation();
    const replies: string[] = [];
    speaker.onFrame(({ kind, body }) => {
      replies.push(`${kind} ${body.toString()}`);
    });
    await speaker.send(recordKinds.ping, Buffer.from('12345678'));
    await vi.waitFor(() => expect(replies).toEqual([`${recordKinds.pong} 12345678`]));
  });

  it('verifies at a bounded rate, however fast a peer sends', async () => {
    const { key, speaker, heard } = await conversation();
    const bytes = await sealRecord(recordOf(1), key);
    const start = performance.now();
    for (let index = 0; index < 60; index += 1) {
      void speaker.send(recordKinds.record, bytes);
    }
    await vi.waitFor(() => expect(heard).toHaveLength(60), 5000);
    // A burst of 51 at once, then one every 20 ms: the last of 60 is taken after eight of these waits.
    expect(performance.now() - start).toBeGreaterThan(90);
  });
});
