import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../../src-shared/errors.ts';
import type { Channel } from '../channels/channel.ts';
import { localChannelPair } from '../channels/local-channel.ts';
import type { SealedRecord } from './own-record.ts';
import { PeerLink } from './peer-link.ts';
import { replyRecordLimits, recordKinds, spokenRecordLimits } from './record-messages.ts';

const limits = [replyRecordLimits, spokenRecordLimits] as const;

function sealed(sequence: number): SealedRecord {
  return { sequence, bytes: Buffer.from(`record ${sequence}`) };
}

/** A link whose other side the test controls, with every channel that the link opened. */
function linkWithPeer(): {
  link: PeerLink;
  far: Channel[];
  dead: () => number;
  silences: boolean[];
} {
  const far: Channel[] = [];
  const silences: boolean[] = [];
  let deaths = 0;
  const link = new PeerLink(
    async () => {
      const [near, other] = localChannelPair('peer', limits, () => {});
      far.push(other);
      return near;
    },
    () => {
      deaths += 1;
    },
    () => silences.push(link.isSilent),
  );
  return { link, far, dead: () => deaths, silences };
}

describe('PeerLink', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('measures the round trip, and remembers the shortest of the last four', async () => {
    const { link, far } = linkWithPeer();
    const answered: (number | undefined)[] = [link.latencyMs];
    let asked: Buffer = Buffer.alloc(0);
    for (const afterMs of [30, 10, 50, 40, 20, 60]) {
      await link.ping();
      far[0]?.onFrame(({ body }) => {
        asked = body;
      });
      await vi.advanceTimersByTimeAsync(afterMs);
      await far[0]?.send(recordKinds.pong, asked);
      await vi.advanceTimersByTimeAsync(0);
      answered.push(link.latencyMs);
    }
    expect(answered).toEqual([undefined, 30, 10, 10, 10, 10, 20]);
  });

  it('reports once that the peer misses pings, and once that it replies again', async () => {
    const { link, far, silences } = linkWithPeer();
    await link.ping();
    const asked: Buffer[] = [];
    far[0]?.onFrame(({ body }) => {
      asked.push(body);
    });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(silences).toEqual([]);
    await link.ping();
    await vi.advanceTimersByTimeAsync(15_000);
    await link.ping();
    expect(silences).toEqual([true]);
    await far[0]?.send(recordKinds.pong, asked[0] ?? Buffer.alloc(0));
    await vi.advanceTimersByTimeAsync(0);
    expect(silences).toEqual([true, false]);
  });

  it('finds out within four seconds whether the peer replies, even after a lost ping', async () => {
    const { link, far, dead } = linkWithPeer();
    await link.ping();
    const asked: Buffer[] = [];
    far[0]?.onFrame(({ body }) => {
      asked.push(body);
    });
    const outcomes: boolean[] = [];
    const probe = async (): Promise<void> => {
      const both = await Promise.all([link.probe(), link.probe()]);
      outcomes.push(...both);
    };
    void probe();
    await vi.advanceTimersByTimeAsync(4000);
    expect(outcomes).toEqual([false, false]);
    void probe();
    await vi.advanceTimersByTimeAsync(1000);
    await far[0]?.send(recordKinds.pong, asked.at(-1) ?? Buffer.alloc(0));
    await vi.advanceTimersByTimeAsync(3000);
    expect(outcomes).toEqual([false, false, true, true]);
    // Two probes at once share one ping, and a probe does not end the link itself.
    expect(asked).toHaveLength(3);
    expect(dead()).toBe(0);
  });

  it('ignores a pong to a ping that it did not send', async () => {
    const { link, far } = linkWithPeer();
    await link.ping();
    await far[0]?.send(recordKinds.pong, Buffer.alloc(8, 9));
    await vi.advanceTimersByTimeAsync(0);
    expect(link.latencyMs).toBeUndefined();
  });

  it('continues to send after a record that was older than the one the peer has', async () => {
    const { link, far } = linkWithPeer();
    const received: string[] = [];
    await link.send(sealed(2));
    far[0]?.onFrame(({ body }) => {
      received.push(body.toString());
    });
    await link.send(sealed(1));
    await link.send(sealed(3));
    await vi.advanceTimersByTimeAsync(0);
    expect(received).toEqual(['record 2', 'record 3']);
  });

  it('gives up a peer that does not reply to a ping for a minute', async () => {
    const { link, dead } = linkWithPeer();
    for (let pings = 0; pings < 4; pings += 1) {
      await link.ping();
      await vi.advanceTimersByTimeAsync(15_000);
    }
    expect(dead()).toBe(0);
    await link.ping();
    expect(dead()).toBe(1);
  });

  it('opens a new channel when the former broke', async () => {
    const { link, far } = linkWithPeer();
    await link.send(sealed(1));
    far[0]?.abort(new AppError('protocol-violation', 'No'));
    await vi.advanceTimersByTimeAsync(0);
    await link.send(sealed(2));
    const heard: string[] = [];
    far[1]?.onFrame(({ body }) => {
      heard.push(body.toString());
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toEqual(['record 2']);
  });

  it('sends the newest of the records that wait, never an older one after it', async () => {
    const { link, far } = linkWithPeer();
    const sends = [1, 3, 2, 4].map((sequence) => link.send(sealed(sequence)));
    await Promise.all(sends);
    const heard: string[] = [];
    far[0]?.onFrame(({ body }) => {
      heard.push(body.toString());
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toEqual(['record 4']);
  });

  it('survives a peer that does not speak the protocol', async () => {
    const refusal = new AppError('peer-failed', 'Not spoken here');
    const link = new PeerLink(
      () => Promise.reject(refusal),
      () => {},
      () => {},
    );
    await link.ping();
    await link.send(sealed(1));
    await link.close();
    expect(link.latencyMs).toBeUndefined();
  });
});
