/** Channels over real libp2p connections: what all channels do, and what hostile peers can do to them. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { peerIdFromString } from '@libp2p/peer-id';
import type { Stream } from '@libp2p/interface';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ErrorReport } from '../../src-shared/errors.ts';
import type { Channel, ProtocolName } from '../../src-worker/node/mesh/channels/channel.ts';
import { encodeFrame } from '../../src-worker/wire/frame.ts';
import {
  type ChannelPair,
  contractLimits,
  describeChannelContract,
  ended,
} from '../support/mesh/channel-contract.ts';
import { type ChannelPeer, startChannelPeer } from '../support/mesh/mesh-peers.ts';

const protocol: ProtocolName = '/mindmesh/test/1.0.0';
const soon = (): AbortSignal => AbortSignal.timeout(5000);

type Opened = ChannelPair & { readonly onePeer: ChannelPeer; readonly otherPeer: ChannelPeer };

/** Two peers with a channel between them. */
async function openPair(): Promise<Opened> {
  const reported: ErrorReport[] = [];
  const [onePeer, otherPeer] = [await startChannelPeer(reported), await startChannelPeer(reported)];
  const [one, other] = await openBetween(onePeer, otherPeer, protocol);
  return { one, other, reported, onePeer, otherPeer };
}

async function openBetween(
  onePeer: ChannelPeer,
  otherPeer: ChannelPeer,
  name: ProtocolName,
): Promise<[Channel, Channel]> {
  const accepted = Promise.withResolvers<Channel>();
  await otherPeer.channels.handle(name, {
    limits: contractLimits,
    maxInboundChannels: 4,
    onChannel: accepted.resolve,
  });
  const one = await onePeer.channels.openChannel(
    otherPeer.channels.peer,
    name,
    contractLimits,
    soon(),
    otherPeer.addresses,
  );
  return [one, await accepted.promise];
}

/** A bare stream to a peer with the test protocol, and the channel that the peer made of it. */
async function openRaw(): Promise<{ stream: Stream; other: Channel; reported: ErrorReport[] }> {
  const reported: ErrorReport[] = [];
  const [attacker, victim] = [await startChannelPeer(), await startChannelPeer(reported)];
  const accepted = Promise.withResolvers<Channel>();
  await victim.channels.handle(protocol, {
    limits: contractLimits,
    maxInboundChannels: 4,
    onChannel: accepted.resolve,
  });
  const stream = await attacker.libp2p.dialProtocol(victim.libp2p.getMultiaddrs(), protocol);
  return { stream, other: await accepted.promise, reported };
}

function framesOf(channel: Channel): number[] {
  const kinds: number[] = [];
  channel.onFrame(({ kind }) => {
    kinds.push(kind);
  });
  return kinds;
}

describe('a channel over libp2p', () => {
  describeChannelContract(openPair);

  it('lets a small frame pass a saturating bulk channel of the same connection', async () => {
    const { one: bulk, other: bulkEnd, onePeer, otherPeer } = await openPair();
    const [small, smallEnd] = await openBetween(onePeer, otherPeer, '/mindmesh/small/1.0.0');
    const arrivals: string[] = [];
    bulkEnd.onFrame(() => {
      arrivals.push('bulk');
    });
    smallEnd.onFrame(() => {
      arrivals.push('small');
    });
    const body = Buffer.alloc(4 * 1024 * 1024);
    const sending = Promise.all(Array.from({ length: 10 }, () => bulk.send(1, body)));
    await vi.waitFor(() => expect(arrivals).toContain('bulk'), 20_000);
    await small.send(1, Buffer.alloc(8192));
    await vi.waitFor(() => expect(arrivals).toContain('small'), 20_000);
    const bulkBefore = arrivals.indexOf('small');
    await sending;
    await vi.waitFor(() => expect(arrivals).toHaveLength(11), 20_000);
    // At least half of the bulk was still to come.
    expect(bulkBefore).toBeLessThanOrEqual(5);
  });

  it('carries more than a stream may buffer to a reader that pauses in between', async () => {
    const { one, other, reported } = await openPair();
    let received = 0;
    other.onFrame(async ({ body }) => {
      received += body.length;
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    });
    for (let index = 0; index < 12; index += 1) {
      await one.send(1, Buffer.alloc(3 * 1024 * 1024));
    }
    await one.close();
    expect(await ended(other)).toBeUndefined();
    expect(received).toBe(36 * 1024 * 1024);
    expect(reported).toEqual([]);
  });

  it('ends with an error when the connection is lost', async () => {
    const { one, other, onePeer, otherPeer } = await openPair();
    framesOf(one);
    framesOf(other);
    for (const connection of onePeer.libp2p.getConnections()) {
      connection.abort(new Error('cable pulled'));
    }
    expect(await ended(one)).toMatchObject({ code: 'peer-failed' });
    expect(await ended(other)).toMatchObject({ code: 'peer-failed' });
    expect(otherPeer.libp2p.getConnections()).toEqual([]);
  });
});

describe('a hostile peer', () => {
  it('that sends garbage loses its stream, is reported, and nothing else happens', async () => {
    const { stream, other, reported } = await openRaw();
    const kinds = framesOf(other);
    stream.send(randomBytes(1000).fill(0xff, 0, 8));
    expect(await ended(other)).toMatchObject({ code: 'protocol-violation' });
    expect(reported).toMatchObject([{ code: 'protocol-violation' }]);
    expect(kinds).toEqual([]);
    await vi.waitFor(() => expect(stream.status).toBe('reset'), 5000);
  });

  it('that claims an enormous frame is refused before memory is set aside for it', async () => {
    const { stream, other } = await openRaw();
    framesOf(other);
    const before = process.memoryUsage().arrayBuffers;
    const header = Buffer.alloc(8);
    header.writeUInt32LE(0xffff_fff0, 0);
    header.writeUInt32LE(1, 4);
    stream.send(header);
    expect(await ended(other)).toMatchObject({
      code: 'protocol-violation',
      message: expect.stringContaining('claims 4294967280 bytes'),
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
  });

  it('that ends in the middle of a frame has broken the protocol', async () => {
    const { stream, other, reported } = await openRaw();
    const kinds = framesOf(other);
    const [header = Buffer.alloc(0)] = encodeFrame(2, Buffer.alloc(100));
    stream.send(Buffer.concat([...encodeFrame(1), header, Buffer.alloc(50)]));
    await stream.close();
    expect(await ended(other)).toMatchObject({
      code: 'protocol-violation',
      message: expect.stringContaining('in the middle of a frame'),
    });
    expect(kinds).toEqual([1]);
    expect(reported).toHaveLength(1);
  });

  it('that cuts its frames into single bytes is understood all the same', async () => {
    const { stream, other } = await openRaw();
    const kinds = framesOf(other);
    for (const byte of Buffer.concat([...encodeFrame(1, Buffer.alloc(5)), ...encodeFrame(2)])) {
      stream.send(Uint8Array.of(byte));
    }
    await stream.close();
    expect(await ended(other)).toBeUndefined();
    expect(kinds).toEqual([1, 2]);
  });

  it('that opens more channels than allowed gets the surplus reset, the others go on', async () => {
    const [attacker, victim] = [await startChannelPeer(), await startChannelPeer()];
    const accepted: Channel[] = [];
    await victim.channels.handle(protocol, {
      limits: contractLimits,
      maxInboundChannels: 3,
      onChannel: (channel) => {
        accepted.push(channel);
        channel.onFrame(({ kind }) => channel.send(kind));
      },
    });
    const open = (): Promise<Channel> =>
      attacker.channels.openChannel(
        victim.channels.peer,
        protocol,
        contractLimits,
        soon(),
        victim.addresses,
      );
    const channels: Channel[] = [];
    for (let index = 0; index < 5; index += 1) {
      channels.push(await open());
    }
    const [first, , , fourth, fifth] = channels;
    expect(await (fourth && ended(fourth))).toMatchObject({ code: 'peer-failed' });
    expect(await (fifth && ended(fifth))).toMatchObject({ code: 'peer-failed' });
    expect(accepted).toHaveLength(3);
    const echoed = first === undefined ? [] : framesOf(first);
    await first?.send(7);
    await vi.waitFor(() => expect(echoed).toEqual([7]), 5000);
    // A place that is free again can be taken.
    await first?.close();
    await vi.waitFor(async () => {
      const next = await open();
      const kinds = framesOf(next);
      await next.send(8);
      await vi.waitFor(() => expect(kinds).toEqual([8]), 1000);
    }, 10_000);
  });
});

describe('opening a channel', () => {
  it('to the own peer id stays inside the process', async () => {
    const peer = await startChannelPeer();
    const accepted: Channel[] = [];
    await peer.channels.handle(protocol, {
      limits: contractLimits,
      maxInboundChannels: 1,
      onChannel: (channel) => accepted.push(channel),
    });
    const channel = await peer.channels.openChannel(
      peer.channels.peer,
      protocol,
      contractLimits,
      soon(),
    );
    expect(channel.peer).toBe(peer.channels.peer);
    expect(accepted).toHaveLength(1);
    expect(peer.libp2p.getConnections()).toEqual([]);
  });

  it('fails when the peer does not serve the protocol, naming both', async () => {
    const [one, other] = [await startChannelPeer(), await startChannelPeer()];
    await expect(
      one.channels.openChannel(
        other.channels.peer,
        protocol,
        contractLimits,
        soon(),
        other.addresses,
      ),
    ).rejects.toMatchObject({ code: 'peer-failed', message: expect.stringContaining(protocol) });
  });

  it('fails when no peer is at the addresses', async () => {
    const [one, gone] = [await startChannelPeer(), await startChannelPeer()];
    await gone.libp2p.stop();
    await expect(
      one.channels.openChannel(
        gone.channels.peer,
        protocol,
        contractLimits,
        soon(),
        gone.addresses,
      ),
    ).rejects.toMatchObject({ code: 'peer-failed' });
  });

  it('fails when another peer is at the address', async () => {
    const [one, other] = [await startChannelPeer(), await startChannelPeer()];
    const stranger = (await startChannelPeer()).channels.peer;
    const addresses = other.addresses.map((address) => address.replace(/\/p2p\/.*/, ''));
    await expect(
      one.channels.openChannel(stranger, protocol, contractLimits, soon(), addresses),
    ).rejects.toMatchObject({ code: 'peer-failed' });
  });

  it('dials the addresses that it is given and remembers none of them', async () => {
    const [one, other] = [await startChannelPeer(), await startChannelPeer()];
    await other.channels.handle(protocol, {
      limits: contractLimits,
      maxInboundChannels: 4,
      onChannel: () => {},
    });
    const silent = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const { peer } = other.channels;
    const open = (addresses: readonly string[]): Promise<Channel> =>
      one.channels.openChannel(peer, protocol, contractLimits, soon(), addresses);
    // Addresses that a stranger named, eight times: each takes all the time there is.
    const dead = Array.from({ length: 8 }, (_, index) => `/ip4/127.0.0.${index + 1}/tcp/${port}`);
    await expect(open(dead)).rejects.toMatchObject({ code: 'peer-failed' });
    expect((await one.libp2p.peerStore.get(peerIdFromString(peer))).addresses).toEqual([]);
    const begun = performance.now();
    expect((await open(other.addresses)).peer).toBe(peer);
    expect(performance.now() - begun).toBeLessThan(3000);
  });

  it('fails at once where there is no address', async () => {
    const [one, other] = [await startChannelPeer(), await startChannelPeer()];
    await expect(
      one.channels.openChannel(other.channels.peer, protocol, contractLimits, soon(), []),
    ).rejects.toMatchObject({
      code: 'peer-failed',
      message: expect.stringContaining('no address'),
    });
  });

  it('fails for what is no peer id', async () => {
    const one = await startChannelPeer();
    await expect(
      one.channels.openChannel('nobody', protocol, contractLimits, soon()),
    ).rejects.toMatchObject({ code: 'peer-failed' });
  });

  it('that is cancelled fails at once and leaves no stream open', async () => {
    const [one, other] = [await startChannelPeer(), await startChannelPeer()];
    await other.channels.handle(protocol, {
      limits: contractLimits,
      maxInboundChannels: 4,
      onChannel: () => {},
    });
    await one.libp2p.dial(other.libp2p.getMultiaddrs());
    // The opening may have reached any step after this many turns of the event loop.
    for (let turns = 0; turns < 12; turns += 1) {
      const cancelling = new AbortController();
      const opening = one.channels.openChannel(
        other.channels.peer,
        protocol,
        contractLimits,
        cancelling.signal,
      );
      const outcome = opening.then(
        (channel) => channel.close(),
        (error: unknown) => expect(error).toMatchObject({ code: 'peer-failed' }),
      );
      for (let turn = 0; turn < turns; turn += 1) {
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
      }
      cancelling.abort();
      await outcome;
    }
    const openStreams = (): Stream[] =>
      one.libp2p
        .getConnections(peerIdFromString(other.channels.peer))
        .flatMap(({ streams }) => streams)
        .filter((stream) => stream.protocol === protocol && stream.writeStatus === 'writable');
    await vi.waitFor(() => expect(openStreams()).toEqual([]), 5000);
  });
});
