/** Paths through routers: nodes that know only each other's key in a DHT. */
import { multiaddr } from '@multiformats/multiaddr';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { loadIdentity } from '../../src-worker/node/identity/identity.ts';
import { buildLibp2p, startLibp2p } from '../../src-worker/node/mesh/transport/libp2p.ts';
import { Punching } from '../../src-worker/node/mesh/transport/udx/punching.ts';
import type { PoolMesh } from '../../src-worker/node/pools/pool-mesh.ts';
import { anyLocalPort, openGate, startMesh, testFolder } from '../support/mesh/mesh-peers.ts';
import { testDht } from '../support/mesh/own-dht.ts';

const protocol = '/mindmesh/echo/1.0.0';
const limits = (): number => 8 * 1024 * 1024;

function punched(mesh: PoolMesh): string[] {
  return mesh.recordAddresses().filter((each) => each.startsWith('/udx/'));
}

/** A node that the DHT knows, and that echoes. */
async function startReached(dht: { readonly nodes: readonly string[] }): Promise<PoolMesh> {
  const mesh = await startMesh({ dht });
  await vi.waitFor(() => expect(punched(mesh)).toHaveLength(1), 10_000);
  await mesh.handle(protocol, {
    limits,
    maxInboundChannels: 4,
    onChannel: (channel) => channel.onFrame(({ kind, body }) => channel.send(kind, body)),
  });
  return mesh;
}

/** Sends this many bytes there and back. */
async function echo(from: PoolMesh, to: PoolMesh, bytes: number): Promise<void> {
  const signal = AbortSignal.timeout(10_000);
  const channel = await from.openChannel(to.peer, protocol, limits, signal, punched(to));
  const body = Buffer.alloc(bytes, 7);
  const echoed = new Promise<Buffer>((resolve) => {
    channel.onFrame((frame) => resolve(frame.body));
  });
  await channel.send(1, body);
  expect((await echoed).equals(body)).toBe(true);
  await channel.close();
}

describe('a node in a DHT', () => {
  it('is reached by its key alone, for messages of any size', async () => {
    const dht = await testDht();
    const [one, other] = await Promise.all([startMesh({ dht }), startReached(dht)]);
    for (const bytes of [1, 8192, 4 * 1024 * 1024]) {
      await echo(one, other, bytes);
    }
    await other.stop();
    await vi.waitFor(() => expect(one.knownPeer(other.peer)?.connected ?? false).toBe(false));
  });

  it('is refused where its key is another peer’s', async () => {
    const dht = await testDht();
    const reached = await startReached(dht);
    const [identity, stranger] = await Promise.all(
      [1, 2].map(async () => loadIdentity(await testFolder(), () => {})),
    );
    if (identity === undefined || stranger === undefined) {
      throw new Error('There are two identities');
    }
    const { privateKey } = identity;
    const options = { privateKey, isLoopback: true, onChange: () => {}, log: () => {} };
    const punching = new Punching(options, dht);
    const libp2p = await buildLibp2p({
      identity,
      gate: openGate(identity),
      listen: [anyLocalPort],
      punching,
    });
    await startLibp2p(libp2p);
    punching.start();
    await vi.waitFor(() => expect(punching.link).toBeDefined());
    onTestFinished(async () => {
      await punching.stop();
      await libp2p.stop();
    });
    const [address = ''] = punched(reached);
    const signal = AbortSignal.timeout(10_000);
    const dial = (peer: string) => libp2p.dial(multiaddr(`${address}/p2p/${peer}`), { signal });
    await expect(dial(stranger.peer)).rejects.toThrow(/nexpected|not match/);
    expect(libp2p.getConnections()).toEqual([]);
    const connection = await dial(reached.peer);
    expect(connection.remotePeer.toString()).toBe(reached.peer);
    expect(connection.remoteAddr.toString()).toMatch(/^\/ip4\/127\.0\.0\.1\/udp\/\d+\/udx\//);
  });
});
