import { generateKeyPair } from '@libp2p/crypto/keys';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Channel, ChannelOpener } from '../channels/channel.ts';
import { localChannelPair } from '../channels/local-channel.ts';
import type { SelfDescription } from './record.ts';
import { OwnRecord } from './own-record.ts';
import { RecordExchange } from './record-exchange.ts';
import { replyRecordLimits, recordKinds, spokenRecordLimits } from './record-messages.ts';
import { openRecord } from './signed-record.ts';

/** An exchange whose peers the test controls, with the records that each was sent, as "state sequence". */
async function exchangeWithPeers(): Promise<{
  exchange: RecordExchange;
  told: Map<string, { state: string; sequence: number }[]>;
  describe: SelfDescription;
  clock: { now: number };
}> {
  const told = new Map<string, { state: string; sequence: number }[]>();
  const describe: SelfDescription = { state: 'serving', models: [], shards: [] };
  const clock = { now: 5000 };
  const opener: ChannelOpener = {
    peer: 'own',
    handle: () => Promise.resolve(() => Promise.resolve()),
    openChannel: async (peer): Promise<Channel> => {
      const limits = [replyRecordLimits, spokenRecordLimits] as const;
      const [near, far] = localChannelPair(peer, limits, () => {});
      const heard = told.get(peer) ?? [];
      told.set(peer, heard);
      far.onFrame(async ({ kind, body }) => {
        if (kind === recordKinds.record) {
          const { record } = await openRecord(body);
          heard.push({ state: record.state, sequence: record.sequence });
        }
      });
      return near;
    },
  };
  const exchange = new RecordExchange({
    opener,
    ownRecord: new OwnRecord(
      await generateKeyPair('Ed25519'),
      () => describe,
      () => ['/ip4/192.0.2.1/tcp/1'],
      () => clock.now,
    ),
    onRecord: () => {},
    onDead: () => {},
    onSilence: () => {},
    log: () => {},
  });
  await exchange.start();
  return { exchange, told, describe, clock };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) {
    await vi.advanceTimersByTimeAsync(0);
  }
}

describe('RecordExchange', () => {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('sends a record to a peer that connects, and one every twenty seconds', async () => {
    const { exchange, told } = await exchangeWithPeers();
    exchange.connected('a');
    await settle();
    expect(told.get('a')).toHaveLength(1);
    for (const expected of [2, 3, 4]) {
      await vi.advanceTimersByTimeAsync(20_000);
      await settle();
      expect(told.get('a')).toHaveLength(expected);
    }
    exchange.disconnected('a');
    await vi.advanceTimersByTimeAsync(60_000);
    await settle();
    expect(told.get('a')).toHaveLength(4);
  });

  it('sends a record again to a peer that reconnects, since the former one may be lost', async () => {
    const { exchange, told } = await exchangeWithPeers();
    exchange.connected('a');
    await settle();
    exchange.reconnected('a');
    await settle();
    expect(told.get('a')?.map(({ sequence }) => sequence)).toEqual([5000, 5000]);
  });

  it('numbers records by the clock, upwards even when the clock stands still or goes back', async () => {
    const { exchange, told, clock } = await exchangeWithPeers();
    exchange.connected('a');
    await settle();
    for (const now of [9000, 9000, 100, 9500]) {
      clock.now = now;
      await vi.advanceTimersByTimeAsync(20_000);
      await settle();
    }
    expect(told.get('a')?.map(({ sequence }) => sequence)).toEqual([5000, 9000, 9001, 9002, 9500]);
  });

  it('sends one record for changes in quick succession', async () => {
    const { exchange, told } = await exchangeWithPeers();
    exchange.connected('a');
    await settle();
    for (let change = 0; change < 50; change += 1) {
      exchange.publish();
      await vi.advanceTimersByTimeAsync(10);
    }
    await settle();
    const count = told.get('a')?.length ?? 0;
    expect(count).toBeGreaterThanOrEqual(3);
    expect(count).toBeLessThanOrEqual(4);
  });

  it('sends a new state at once', async () => {
    const { exchange, told, describe } = await exchangeWithPeers();
    exchange.connected('a');
    await settle();
    exchange.publish();
    await settle();
    Object.assign(describe, { state: 'draining' });
    exchange.publish();
    await settle();
    expect(told.get('a')?.at(-1)?.state).toBe('draining');
  });

  it('sends all peers a last record, and nothing after it', async () => {
    const { exchange, told } = await exchangeWithPeers();
    exchange.connected('a');
    exchange.connected('b');
    await settle();
    await exchange.leave();
    await settle();
    expect(told.get('a')?.at(-1)?.state).toBe('leaving');
    expect(told.get('b')?.at(-1)?.state).toBe('leaving');
    exchange.publish();
    await vi.advanceTimersByTimeAsync(60_000);
    await settle();
    expect(told.get('a')?.at(-1)?.state).toBe('leaving');
  });
});
