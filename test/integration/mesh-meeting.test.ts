/** Nodes that meet under the topic of the public mesh, in a DHT on this machine, and what strangers there can make them do. */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type NodeConfig, nodeConfigSchema } from '../../src-shared/api/node-config.ts';
import { maxDialsPerLookUp } from '../../src-worker/node/mesh/discovery/key-picker.ts';
import { meetingTopic } from '../../src-worker/node/mesh/discovery/topic-meetings.ts';
import { DhtLink } from '../../src-worker/node/mesh/transport/udx/dht-link.ts';
import { dhtKeyPair } from '../../src-worker/node/mesh/transport/udx/dht-key.ts';
import { meshFeature } from '../../src-worker/node/pools/mesh-feature.ts';
import { Trust } from '../../src-worker/node/trust/trust.ts';
import { startMesh, testFolder } from '../support/mesh/mesh-peers.ts';
import { testDht } from '../support/mesh/own-dht.ts';

const protocol = '/mindmesh/echo/1.0.0';
const limits = (): number => 1024 * 1024;

describe('two nodes that were told no address', () => {
  it('meet in the DHT and talk by UDP alone', async () => {
    const dht = await testDht();
    const [one, other] = await Promise.all([
      startMesh({ dht, listen: [] }),
      startMesh({ dht, listen: [] }),
    ]);
    await vi.waitFor(() => expect(one.knownPeer(other.peer)?.connected).toBe(true), 15_000);
    await other.handle(protocol, {
      limits,
      maxInboundChannels: 1,
      onChannel: (channel) => channel.onFrame(({ kind, body }) => channel.send(kind, body)),
    });
    const signal = AbortSignal.timeout(5000);
    const channel = await one.openChannel(other.peer, protocol, limits, signal);
    const echoed = new Promise<string>((resolve) => {
      channel.onFrame(({ body }) => resolve(body.toString()));
    });
    await channel.send(1, Buffer.from('hello'));
    expect(await echoed).toBe('hello');
    await vi.waitFor(() =>
      expect(one.knownPeer(other.peer)?.record.addresses).toEqual([
        expect.stringMatching(/^\/udx\//),
      ]),
    );
  });
});

describe('a topic that is full of keys nobody has', () => {
  it(`costs a node ${maxDialsPerLookUp} dials a look-up`, async () => {
    const dht = await testDht();
    const liar = new DhtLink({
      keyPair: dhtKeyPair({ type: 'Ed25519', raw: randomBytes(64) }),
      nodes: dht.nodes,
      isLoopback: true,
      log: () => {},
    });
    onTestFinished(() => liar.stop());
    for (let round = 0; round < 5; round += 1) {
      const keys = Array.from({ length: 20 }, () =>
        dhtKeyPair({ type: 'Ed25519', raw: randomBytes(64) }),
      );
      const signal = AbortSignal.timeout(10_000);
      await Promise.all(keys.map((key) => liar.announce(meetingTopic, signal, key)));
    }
    const failed: unknown[] = [];
    await startMesh({
      dht,
      log: (_level, message, details) => {
        if (message.startsWith('Nobody of the mesh')) {
          failed.push(details?.['key']);
        }
      },
    });
    await vi.waitFor(() => expect(failed).toHaveLength(maxDialsPerLookUp), 20_000);
    expect(new Set(failed).size).toBe(maxDialsPerLookUp);
  });
});

/** A UDP socket in the place of a DHT: it counts packets and answers none. */
async function countingSocket(): Promise<{
  readonly node: string;
  readonly packets: () => number;
}> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  let packets = 0;
  socket.on('message', () => {
    packets += 1;
  });
  return { node: `127.0.0.1:${socket.address().port}`, packets: () => packets };
}

type Modes = { readonly poolOnly: boolean; readonly dht: { readonly nodes: string[] } | null };

/** The mesh of a node as the host configures it; the returned function configures it anew. */
async function startFeature(modes: Modes): Promise<(modes: Modes) => Promise<void>> {
  const configOf = (now: Modes, dataFolder: string): NodeConfig =>
    nodeConfigSchema.parse({
      dataFolder,
      listen: ['/ip4/127.0.0.1/tcp/0'],
      mdns: false,
      ...now,
      gateway: { port: 0, apiKey: 'mm-for-tests-and-benchmarks-only' },
      engine: { threads: 1 },
    });
  const folder = await testFolder();
  let config = configOf(modes, folder);
  const feature = await meshFeature({
    config,
    describe: () => ({ state: 'serving', models: [], shards: [] }),
    trust: new Trust({ log: () => {} }),
    onChange: () => {},
    log: () => {},
  });
  onTestFinished(() => feature.stop?.(false, Promise.resolve()));
  await feature.start?.();
  return async (next) => {
    const former = config;
    config = configOf(next, folder);
    await feature.configure?.(config, former);
  };
}

describe('a node that is not for the public mesh', () => {
  it('sends the DHT no packet until that is switched on, and none once it is off again', async () => {
    const [watched, control] = await Promise.all([countingSocket(), countingSocket()]);
    const dht = { nodes: [watched.node] };
    const configure = await startFeature({ poolOnly: true, dht });
    await configure({ poolOnly: false, dht: null });
    await configure({ poolOnly: true, dht });
    // Another node, which may, sends several meanwhile.
    const useControl = async (): Promise<void> => {
      const before = control.packets();
      const stop = await startFeature({ poolOnly: false, dht: { nodes: [control.node] } });
      await vi.waitFor(() => expect(control.packets()).toBeGreaterThan(before + 2), 20_000);
      await stop({ poolOnly: false, dht: null });
    };
    await useControl();
    expect(watched.packets()).toBe(0);
    await configure({ poolOnly: false, dht });
    await vi.waitFor(() => expect(watched.packets()).toBeGreaterThan(0), 20_000);
    await configure({ poolOnly: true, dht });
    const sent = watched.packets();
    await useControl();
    expect(watched.packets()).toBe(sent);
  });
});
