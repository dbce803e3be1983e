/** What our own relay passes on: as much as activations need, and no more than it may. */
import type { Libp2p } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { loadIdentity } from '../../src-worker/node/identity/identity.ts';
import { buildLibp2p, startLibp2p } from '../../src-worker/node/mesh/transport/libp2p.ts';
import type { PoolMesh } from '../../src-worker/node/pools/pool-mesh.ts';
import { PeerChannels } from '../../src-worker/node/mesh/channels/peer-channels.ts';
import { RelayClient } from '../../src-worker/node/mesh/relay/relay-client.ts';
import type { RelayLimits } from '../../src-worker/node/mesh/relay/relay-server.ts';
import { anyLocalPort, openGate, startMesh, testFolder } from '../support/mesh/mesh-peers.ts';

const protocol = '/mindmesh/echo/1.0.0';
const limits = (): number => 8 * 1024 * 1024;

const generous: RelayLimits = {
  reservations: 8,
  connections: 8,
  connectionsPerPeer: 4,
  bytesPerSecond: 100_000_000,
  bytesPerSecondPerConnection: 100_000_000,
};

function relayed(mesh: PoolMesh): string[] {
  return mesh.addresses().filter((each) => each.includes('/p2p-circuit/'));
}

/** A node that has a place at the relay, and echoes. */
async function startReached(server: PoolMesh): Promise<PoolMesh> {
  const mesh = await startMesh({ bootstrap: server.addresses() });
  await vi.waitFor(() => expect(relayed(mesh)).toHaveLength(1), 10_000);
  await mesh.handle(protocol, {
    limits,
    maxInboundChannels: 4,
    onChannel: (channel) => channel.onFrame(({ kind, body }) => channel.send(kind, body)),
  });
  return mesh;
}

/** A peer that dials over relays and does not look for peers. */
async function startDialler(): Promise<Libp2p> {
  const identity = await loadIdentity(await testFolder(), () => {});
  const libp2p = await buildLibp2p({
    identity,
    gate: openGate(identity),
    listen: [anyLocalPort],
    relayClient: new RelayClient(() => {}),
  });
  await startLibp2p(libp2p);
  onTestFinished(() => libp2p.stop());
  return libp2p;
}

/** Sends this many bytes there and back over the relay; returns milliseconds. */
async function echo(from: Libp2p, to: PoolMesh, bytes: number): Promise<number> {
  const channels = new PeerChannels(from, () => {});
  const signal = AbortSignal.timeout(10_000);
  const channel = await channels.openChannel(to.peer, protocol, limits, signal, relayed(to));
  const begun = performance.now();
  const body = Buffer.alloc(bytes, 7);
  const echoed = new Promise<Buffer>((resolve) => {
    channel.onFrame((frame) => resolve(frame.body));
  });
  await channel.send(1, body);
  expect((await echoed).equals(body)).toBe(true);
  await channel.close();
  return performance.now() - begun;
}

describe('a relay', () => {
  it('carries far more than libp2p’s 128 KiB, and the peer that it reaches knows of the relay', async () => {
    const server = await startMesh({ relay: generous });
    const reached = await startReached(server);
    const dialler = await startDialler();
    for (let round = 0; round < 4; round += 1) {
      await echo(dialler, reached, 4 * 1024 * 1024);
    }
    expect(reached.knownPeer(dialler.peerId.toString())).toMatchObject({
      connected: true,
      relayed: true,
    });
    expect(reached.knownPeer(server.peer)).toMatchObject({ connected: true });
    expect(reached.knownPeer(server.peer)?.relayed).toBeUndefined();
  });

  it('slows a connection down to what it may carry, and loses nothing of it', async () => {
    const server = await startMesh({
      relay: { ...generous, bytesPerSecondPerConnection: 2_000_000 },
    });
    const reached = await startReached(server);
    const dialler = await startDialler();
    // Ten megabytes in both directions together. Two may go at once, and two more may be counted later.
    const begun = performance.now();
    await echo(dialler, reached, 2_500_000);
    await echo(dialler, reached, 2_500_000);
    const ms = performance.now() - begun;
    expect(ms).toBeGreaterThan(2500);
    expect(ms).toBeLessThan(10_000);
  });

  it('gives no more places than it has', async () => {
    const server = await startMesh({ relay: { ...generous, reservations: 1 } });
    await startReached(server);
    const messages: string[] = [];
    const second = await startMesh({
      bootstrap: server.addresses(),
      log: (_level, message) => messages.push(message),
    });
    await vi.waitFor(
      () => expect(messages.join('\n')).toContain('has no place for this node'),
      10_000,
    );
    expect(relayed(second)).toEqual([]);
  });

  it('refuses a peer that has as many relayed connections as it may, and goes on with those', async () => {
    const server = await startMesh({ relay: { ...generous, connectionsPerPeer: 1 } });
    const [one, other] = [await startReached(server), await startReached(server)];
    const dialler = await startDialler();
    const [toOne = '', toOther = ''] = [relayed(one)[0], relayed(other)[0]];
    const connection = await dialler.dial(multiaddr(toOne));
    await expect(dialler.dial(multiaddr(toOther))).rejects.toThrow('via relay');
    expect(connection.status).toBe('open');
    await connection.close();
    // Connections that have ended no longer count.
    await vi.waitFor(() => dialler.dial(multiaddr(toOther)), { timeout: 5000, interval: 200 });
  });
});
