/**
 * MindMesh's own Kademlia network: it finds peers that no setting names, does not speak to other networks, and stores
 * nothing for strangers.
 */
import type { Libp2p } from '@libp2p/interface';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { loadIdentity } from '../../src-worker/node/identity/identity.ts';
import { buildLibp2p, startLibp2p } from '../../src-worker/node/mesh/transport/libp2p.ts';
import { anyLocalPort, openGate, testFolder } from '../support/mesh/mesh-peers.ts';

const relay = {
  reservations: 1,
  connections: 1,
  connectionsPerPeer: 1,
  bytesPerSecond: 1000,
  bytesPerSecondPerConnection: 1000,
};

/** A node without records or gossip; a public one answers look-ups. */
async function startBare(isPublic: boolean): Promise<Libp2p> {
  const identity = await loadIdentity(await testFolder(), () => {});
  const libp2p = await buildLibp2p({
    identity,
    gate: openGate(identity),
    listen: [anyLocalPort],
    ...(isPublic ? { relay } : {}),
  });
  await startLibp2p(libp2p);
  onTestFinished(() => libp2p.stop());
  return libp2p;
}

const protocol = '/mindmesh/kad/1.0.0';

/** Waits until `knower` knows that the other node answers look-ups. */
async function untilKnown(knower: Libp2p, other: Libp2p): Promise<void> {
  await vi.waitFor(async () => {
    const { protocols } = await knower.peerStore.get(other.peerId);
    expect(protocols).toContain(protocol);
  }, 5000);
}

describe('the Kademlia network', () => {
  it('tells a node where a peer is that only others are connected to', async () => {
    const [one, between, other] = await Promise.all([
      startBare(false),
      startBare(true),
      startBare(true),
    ]);
    await other.dial(between.getMultiaddrs());
    await untilKnown(between, other);
    await one.dial(between.getMultiaddrs());
    await untilKnown(one, between);
    await vi.waitFor(
      async () => {
        const found = await one.peerRouting.findPeer(other.peerId, {
          signal: AbortSignal.timeout(3000),
        });
        expect(found.multiaddrs.map(String)).toEqual(
          other.getMultiaddrs().map((each) => each.toString().replace(/\/p2p\/.*/, '')),
        );
      },
      { timeout: 10_000, interval: 200 },
    );
  });

  it('is answered by public nodes alone, and none speaks to any other network', async () => {
    const [home, publicNode] = await Promise.all([startBare(false), startBare(true)]);
    expect(home.getProtocols()).not.toContain(protocol);
    expect(publicNode.getProtocols()).toContain(protocol);
    expect(publicNode.getProtocols().filter((each) => each.startsWith('/ipfs/kad'))).toEqual([]);
  });
});
