/**
 * What every channel must do, whatever carries it. Channels over libp2p and those inside the process run this one
 * suite, so that sessions cannot tell them apart.
 */
import { expect, it, vi } from 'vitest';
import { AppError, type ErrorReport } from '../../../src-shared/errors.ts';
import type { Channel } from '../../../src-worker/node/mesh/channels/channel.ts';
import { type FrameLimits, unspoken } from '../../../src-worker/wire/frame.ts';

/** What the suite's channels accept: kinds 1 to 9, and one mebibyte more than the largest body sent here. */
/** Kinds 1 to 9 are known; kind 10 may be known to other versions. */
export const contractLimits: FrameLimits = (kind) =>
  kind === 10 ? unspoken : kind >= 1 && kind <= 9 ? 5 * 1024 * 1024 : undefined;

export type ChannelPair = {
  readonly one: Channel;
  readonly other: Channel;
  /** Errors that the two sides reported, in the order in which they happened. */
  readonly reported: readonly ErrorReport[];
};

export function describeChannelContract(openPair: () => Promise<ChannelPair>): void {
  it('gives every frame as it was sent, in order, its parts joined', async () => {
    const { one, other } = await openPair();
    const received = collect(other);
    await one.send(1);
    await one.send(2, Buffer.from('hid'), Buffer.from('den'));
    await one.send(3, Buffer.alloc(300_000, 7));
    await one.close();
    await ended(other);
    expect(received.map(({ kind, body }) => [kind, body.length])).toEqual([
      [1, 0],
      [2, 6],
      [3, 300_000],
    ]);
    expect(received[1]?.body.toString()).toBe('hidden');
    expect(received[2]?.body.every((byte) => byte === 7)).toBe(true);
  });

  it('keeps the order of frames whose sending was not waited for, large and small', async () => {
    const { one, other } = await openPair();
    const received = collect(other);
    const sizes = [10, 4_000_000, 20, 70_000, 0, 200_000, 30];
    const sends = sizes.map((size, index) => one.send(1, Buffer.alloc(size, index)));
    await Promise.all([...sends, one.close()]);
    await ended(other);
    expect(received.map(({ body }) => [body.length, body[0]])).toEqual(
      sizes.map((size, index) => [size, size === 0 ? undefined : index]),
    );
  });

  it('sends what the parts were when it was called, whatever becomes of them after it resolved', async () => {
    const { one, other } = await openPair();
    const received = collect(other);
    const part = Buffer.alloc(100_000, 1);
    await one.send(1, part);
    part.fill(2);
    await one.close();
    await ended(other);
    expect(received[0]?.body.every((byte) => byte === 1)).toBe(true);
  });

  it('carries frames both ways at once', async () => {
    const { one, other } = await openPair();
    other.onFrame(({ kind, body }) => other.send(kind, body));
    const echoed = collect(one);
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => one.send(1, Buffer.alloc(9000, index))),
    );
    await vi.waitFor(() => expect(echoed).toHaveLength(50), 10_000);
    expect(echoed.map(({ body }) => body[0])).toEqual(
      Array.from({ length: 50 }, (_, index) => index),
    );
    await one.close();
  });

  it('keeps frames that come before a listener is there', async () => {
    const { one, other } = await openPair();
    await one.send(1, Buffer.from('early'));
    await one.close();
    await turns();
    const received = collect(other);
    await ended(other);
    expect(received.map(({ body }) => body.toString())).toEqual(['early']);
  });

  it('gives no further frame while a listener is busy with one', async () => {
    const { one, other } = await openPair();
    const begun: number[] = [];
    const finish: (() => void)[] = [];
    other.onFrame(({ kind }) => {
      begun.push(kind);
      return new Promise((resolve) => {
        finish.push(resolve);
      });
    });
    await Promise.all([one.send(1), one.send(2), one.send(3)]);
    await vi.waitFor(() => expect(begun).toEqual([1]), 5000);
    await turns();
    expect(begun).toEqual([1]);
    finish[0]?.();
    await vi.waitFor(() => expect(begun).toEqual([1, 2]), 5000);
    finish[1]?.();
    await vi.waitFor(() => expect(begun).toEqual([1, 2, 3]), 5000);
    finish[2]?.();
    await one.close();
    await ended(other);
  });

  it('lets a later listener take over', async () => {
    const { one, other } = await openPair();
    const log: string[] = [];
    other.onFrame(() => {
      log.push('first');
      other.onFrame(() => {
        log.push('later');
      });
    });
    await Promise.all([one.send(1), one.send(1), one.send(1), one.close()]);
    await ended(other);
    expect(log).toEqual(['first', 'later', 'later']);
  });

  it('holds the writer back while the reader is slow, and loses nothing', async () => {
    const { one, other } = await openPair();
    const bodyBytes = 1024 * 1024;
    const count = 64;
    const released = Promise.withResolvers<void>();
    let received = 0;
    other.onFrame(async ({ body }) => {
      await released.promise;
      received += body.length;
    });
    const before = process.memoryUsage().arrayBuffers;
    let sent = 0;
    const body = Buffer.alloc(bodyBytes);
    const sending = (async () => {
      for (; sent < count; sent += 1) {
        await one.send(1, body);
      }
    })();
    await steady(() => sent);
    // The windows and buffers on the way hold this much; without back-pressure it would be all 64 MiB.
    expect(sent).toBeLessThan(12);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(24 * 1024 * 1024);
    released.resolve();
    await sending;
    await one.close();
    await ended(other);
    expect(received).toBe(count * bodyBytes);
  });

  it('ends both sides cleanly, after the last frame was handled', async () => {
    const { one, other } = await openPair();
    const log: string[] = [];
    other.onFrame(async () => {
      await turns();
      log.push('frame');
    });
    other.onClose((error) => log.push(`other: ${error}`));
    one.onClose((error) => log.push(`one: ${error}`));
    await one.send(1, Buffer.alloc(100));
    await one.close();
    await Promise.all([ended(one), ended(other)]);
    expect(log.slice(0, 2)).toEqual(['frame', 'other: undefined']);
    expect(log.slice(2)).toEqual(['one: undefined']);
  });

  it('lets the other side have the last word', async () => {
    const { one, other } = await openPair();
    const words = collect(one);
    other.onFrame(() => {});
    other.onClose(() => {
      void other.send(4, Buffer.from('farewell'));
    });
    await one.close();
    await ended(one);
    expect(words.map(({ body }) => body.toString())).toEqual(['farewell']);
  });

  it('tells a listener that comes late how it ended', async () => {
    const { one, other } = await openPair();
    other.onFrame(() => {});
    await one.close();
    await Promise.all([ended(one), ended(other)]);
    expect(await ended(other)).toBeUndefined();
  });

  it('refuses to send once it is closed', async () => {
    const { one, other } = await openPair();
    other.onFrame(() => {});
    await one.close();
    await expect(one.send(1)).rejects.toMatchObject({ code: 'peer-failed' });
    await ended(other);
    await expect(other.send(1)).rejects.toMatchObject({ code: 'peer-failed' });
  });

  it('lets the other side see a reset when one aborts, and drops what was on its way', async () => {
    const { one, other } = await openPair();
    const received = collect(other);
    const error = new AppError('cancelled', 'Not needed any more');
    void one.send(1, Buffer.alloc(4_000_000));
    one.abort(error);
    expect(await ended(one)).toBe(error);
    expect(await ended(other)).toMatchObject({ code: 'peer-failed' });
    expect(received).toEqual([]);
    await expect(one.send(1)).rejects.toMatchObject({ code: 'peer-failed', cause: error });
  });

  it('wakes a writer that waits for a slow reader when the channel breaks', async () => {
    const { one, other } = await openPair();
    other.onFrame(() => new Promise(() => {}));
    const sends = Array.from({ length: 20 }, () => one.send(1, Buffer.alloc(1024 * 1024)));
    await turns();
    other.abort(new AppError('cancelled', 'Enough'));
    const outcomes = await Promise.allSettled(sends);
    expect(outcomes.at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'peer-failed' } });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('broken listener');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken listener'))],
  ])('is aborted by a listener that %s, which hurts no other channel', async (_, listener) => {
    const { one, other, reported } = await openPair();
    other.onFrame(listener);
    one.onFrame(() => {});
    void one.send(1);
    expect(await ended(other)).toMatchObject({ code: 'internal' });
    expect(await ended(one)).toMatchObject({ code: 'peer-failed' });
    expect(reported.map(({ message }) => message)).toEqual([
      'Something unexpected went wrong: broken listener',
    ]);
  });

  it('is aborted by a listener that finds the protocol broken, and says so once', async () => {
    const { one, other, reported } = await openPair();
    other.onFrame(() => {
      throw new AppError('protocol-violation', 'Out of order');
    });
    void one.send(1);
    expect(await ended(other)).toMatchObject({ code: 'protocol-violation' });
    expect(await ended(one)).toMatchObject({ code: 'peer-failed' });
    expect(reported.map(({ message }) => message)).toEqual(['Out of order']);
  });

  it.each([
    ['a kind it does not know', 77, 10],
    ['a frame over its limit', 1, 5 * 1024 * 1024 + 1],
  ])('is aborted by %s', async (_, kind, size) => {
    const { one, other, reported } = await openPair();
    const received = collect(other);
    one.onFrame(() => {});
    await one.send(kind, Buffer.alloc(size)).catch(() => {});
    expect(await ended(other)).toMatchObject({ code: 'protocol-violation' });
    expect(await ended(one)).toMatchObject({ code: 'peer-failed' });
    expect(received).toEqual([]);
    expect(reported.map(({ code }) => code)).toEqual(['protocol-violation']);
  });

  it('tells of a kind that only others know, without its body and what follows, and is not broken', async () => {
    const { one, other, reported } = await openPair();
    const words = collect(one);
    const received: [number, number][] = [];
    other.onFrame(({ kind, body }) => {
      received.push([kind, body.byteLength]);
      if (kind === 10) {
        void other.send(4, Buffer.from('not spoken here'));
        void other.close();
      }
    });
    void one.send(1, Buffer.alloc(3));
    await Promise.allSettled([
      one.send(10, Buffer.alloc(6 * 1024 * 1024)),
      one.send(1, Buffer.alloc(3)),
    ]);
    await one.close();
    expect(await Promise.all([ended(one), ended(other)])).toEqual([undefined, undefined]);
    expect(received).toEqual([
      [1, 3],
      [10, 0],
    ]);
    expect(words.map(({ body }) => body.toString())).toEqual(['not spoken here']);
    expect(reported).toEqual([]);
  });

  it('takes new limits from within a listener for the very next frame', async () => {
    const { one, other, reported } = await openPair();
    const received: number[] = [];
    one.onFrame(() => {});
    other.onFrame(({ kind, body }) => {
      received.push(kind);
      other.allow((next) => (next === kind + 1 ? body.length : undefined));
    });
    const body = Buffer.alloc(10);
    for (const kind of [1, 2, 3, 9]) {
      void one.send(kind, body);
    }
    expect(await ended(other)).toMatchObject({ code: 'protocol-violation' });
    expect(received).toEqual([1, 2, 3]);
    expect(reported.map(({ code }) => code)).toEqual(['protocol-violation']);
  });

  it('ignores whatever comes when it has heard enough, and still has the last word', async () => {
    const { one, other, reported } = await openPair();
    const words = collect(one);
    const received: number[] = [];
    other.onFrame(({ kind }) => {
      received.push(kind);
      void other.send(4, Buffer.from('farewell'));
      void other.close();
      other.ignore();
    });
    // The first of these is of an unknown kind.
    void one.send(1);
    void one.send(77, Buffer.alloc(100));
    await Promise.all(Array.from({ length: 8 }, () => one.send(2, Buffer.alloc(1024 * 1024))));
    await one.close();
    expect(await Promise.all([ended(one), ended(other)])).toEqual([undefined, undefined]);
    expect(received).toEqual([1]);
    expect(words.map(({ body }) => body.toString())).toEqual(['farewell']);
    expect(reported).toEqual([]);
  });

  it('ignores what waits while a listener is busy', async () => {
    const { one, other } = await openPair();
    const received: number[] = [];
    const finish = Promise.withResolvers<void>();
    other.onFrame(({ kind }) => {
      received.push(kind);
      return finish.promise;
    });
    const sends = Array.from({ length: 20 }, () => one.send(1, Buffer.alloc(1024 * 1024)));
    await vi.waitFor(() => expect(received).toEqual([1]), 5000);
    other.ignore();
    await Promise.all(sends);
    finish.resolve();
    await one.close();
    expect(await ended(other)).toBeUndefined();
    expect(received).toEqual([1]);
  });

  it('does not wait for ever for the end of the other side', async () => {
    const { one, other } = await openPair();
    other.onFrame(() => new Promise(() => {}));
    await one.send(1);
    await one.close();
    expect(await ended(one)).toBeUndefined();
    expect(await ended(other)).toMatchObject({ code: 'peer-failed' });
  });
}

type Received = { readonly kind: number; readonly body: Buffer };

function collect(channel: Channel): Received[] {
  const received: Received[] = [];
  channel.onFrame((frame) => {
    received.push(frame);
  });
  return received;
}

/** How the channel ended. */
export function ended(channel: Channel): Promise<AppError | undefined> {
  return new Promise((resolve) => {
    channel.onClose(resolve);
  });
}

/** Waits for some turns of the event loop, in which something must not happen. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** Waits until a count has not grown for a while. */
async function steady(count: () => number): Promise<void> {
  let last = -1;
  while (last !== count()) {
    last = count();
    await new Promise((resolve) => {
      setTimeout(resolve, 300);
    });
  }
}
