/** Whole meshes in one process: they find each other, exchange records, leave, and come back. */
import { createServer } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import type { PoolMesh } from '../../src-worker/node/pools/pool-mesh.ts';
import type { SelfDescription } from '../../src-worker/node/mesh/records/record.ts';
import type { KnownPeer } from '../../src-worker/node/mesh/records/record.ts';
import { anyLocalPort, startMesh, testFolder } from '../support/mesh/mesh-peers.ts';

const serving: SelfDescription = {
  state: 'serving',
  models: [],
  shards: [
    {
      manifestId: 'a'.repeat(64),
      firstLayer: 0,
      lastLayer: 5,
      freeSessions: 2,
      maxSessions: 8,
      contextLength: 4096,
      tokensPerSecond: 30,
    },
  ],
};

const protocol = '/mindmesh/test/1.0.0';
const limits = (): number => 100;

function known(mesh: PoolMesh, peer: PoolMesh): KnownPeer | undefined {
  return mesh.knownPeers().find((each) => each.peer === peer.peer);
}

/** Waits until the condition holds; it is checked after changes of the mesh, not in intervals. */
async function until(mesh: PoolMesh, condition: () => boolean): Promise<void> {
  if (condition()) {
    return;
  }
  await new Promise<void>((resolve) => {
    const stop = mesh.onChange(() => {
      if (condition()) {
        stop();
        resolve();
      }
    });
  });
}

describe('two meshes', () => {
  it('know what each other serves soon after one was told where the other is', async () => {
    const server = await startMesh({ describe: () => serving });
    const asker = await startMesh({ staticPeers: server.addresses() });
    await until(asker, () => known(asker, server)?.record.shards.length === 1);
    await until(server, () => known(server, asker)?.record.state === 'serving');
    expect(known(asker, server)).toMatchObject({
      connected: true,
      record: { state: 'serving', shards: serving.shards, addresses: server.addresses() },
    });
    await vi.waitFor(() => expect(known(asker, server)?.latencyMs).toBeGreaterThan(0), 10_000);
    expect(asker.knownPeers()).toHaveLength(1);
  });

  it('hear at once of a change that was published', async () => {
    const described = { ...serving };
    const server = await startMesh({ describe: () => described });
    const asker = await startMesh({ staticPeers: server.addresses() });
    await until(asker, () => known(asker, server)?.record.state === 'serving');
    described.state = 'draining';
    server.publish();
    await until(asker, () => known(asker, server)?.record.state === 'draining');
    expect(known(asker, server)?.record.shards).toEqual(serving.shards);
  });

  it('hear of a third peer from the one between, and connect to it', async () => {
    const hub = await startMesh();
    const [one, other] = [
      await startMesh({ staticPeers: hub.addresses() }),
      await startMesh({ staticPeers: hub.addresses(), describe: () => serving }),
    ];
    await until(one, () => known(one, other)?.record.shards.length === 1);
    await until(one, () => known(one, other)?.connected === true);
    await until(other, () => known(other, one)?.connected === true);
    await other.handle(protocol, {
      limits,
      maxInboundChannels: 1,
      onChannel: (channel) => channel.onFrame(({ kind, body }) => channel.send(kind, body)),
    });
    const channel = await one.openChannel(other.peer, protocol, limits, AbortSignal.timeout(5000));
    const answer = new Promise<string>((resolve) => {
      channel.onFrame(({ body }) => resolve(body.toString()));
    });
    await channel.send(1, Buffer.from('hello'));
    expect(await answer).toBe('hello');
  });

  it('forget at once a peer that leaves', async () => {
    const server = await startMesh({ describe: () => serving });
    const asker = await startMesh({ staticPeers: server.addresses() });
    await until(asker, () => known(asker, server)?.record.shards.length === 1);
    const begun = performance.now();
    const forgotten = until(asker, () => known(asker, server) === undefined);
    await server.stop();
    expect(performance.now() - begun).toBeLessThan(2000);
    await forgotten;
  });

  it('find each other again after one restarts with the same identity at the same address', async () => {
    const dataFolder = await testFolder();
    const first = await startMesh({ dataFolder, describe: () => serving });
    const [address = ''] = first.addresses();
    const asker = await startMesh({ staticPeers: [address] });
    await until(asker, () => known(asker, first)?.record.shards.length === 1);
    await first.stop();
    await until(asker, () => known(asker, first) === undefined);
    const listen = [address.replace(/\/p2p\/.*/, '')];
    const second = await startMesh({ dataFolder, listen, describe: () => serving });
    expect(second.peer).toBe(first.peer);
    await until(asker, () => known(asker, second)?.record.shards.length === 1);
    expect(known(asker, second)?.connected).toBe(true);
  });

  it('do not believe a mesh whose description cannot be made, and go on', async () => {
    const messages: string[] = [];
    const broken = await startMesh({
      describe: () => {
        throw new Error('nothing to say');
      },
      log: (level, message) => messages.push(`${level}: ${message}`),
    });
    const asker = await startMesh({ staticPeers: broken.addresses() });
    await until(asker, () => known(asker, broken)?.connected === true);
    expect(known(asker, broken)?.record).toMatchObject({ state: 'paused', shards: [] });
    await vi.waitFor(
      () => expect(messages).toContain('error: This node could not describe itself to its peers'),
      5000,
    );
  });
});

describe('a network of twelve nodes on one address', () => {
  it('is connected all to all, however many come at once', async () => {
    const meshes: PoolMesh[] = [];
    const first = await startMesh({ describe: () => serving });
    meshes.push(first);
    const others = await Promise.all(
      Array.from({ length: 11 }, () =>
        startMesh({ describe: () => serving, staticPeers: first.addresses() }),
      ),
    );
    meshes.push(...others);
    await until(
      first,
      () => first.knownPeers().filter(({ record }) => record.shards.length === 1).length === 11,
    );
    // All others connect, too, eleven handshakes at a time.
    await Promise.all(
      meshes.map((mesh) =>
        mesh.handle(protocol, {
          limits,
          maxInboundChannels: 4,
          onChannel: (channel) => channel.onFrame(() => {}),
        }),
      ),
    );
    await Promise.all(
      others.map(async (from, index) => {
        for (const to of others.slice(index + 1)) {
          // Eleven at a time are much for a machine that runs other tests; a peer that is late is dialled again.
          await vi.waitFor(
            async () => {
              const signal = AbortSignal.timeout(20_000);
              const own = to.addresses();
              const channel = await from.openChannel(to.peer, protocol, limits, signal, own);
              await channel.close();
            },
            { timeout: 40_000, interval: 500 },
          );
        }
      }),
    );
    for (const mesh of meshes) {
      await until(
        mesh,
        () =>
          mesh.knownPeers().filter(({ connected, record }) => connected && record.sequence > 0)
            .length === 11,
      );
      expect(mesh.knownPeers()).toHaveLength(11);
    }
  });
});

describe('starting a mesh', () => {
  it('does not wait for peers that are not there', async () => {
    const gone = await startMesh();
    const staticPeers = gone.addresses();
    await gone.stop();
    const mesh = await startMesh({
      staticPeers: [...staticPeers, `/ip4/192.0.2.77/tcp/1/p2p/${gone.peer}`],
    });
    expect(mesh.addresses()).toHaveLength(1);
    const begun = performance.now();
    await mesh.stop();
    expect(performance.now() - begun).toBeLessThan(2000);
  });

  it('names the address when its port is taken, and lets go of the others', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const bound = server.address();
    const address = `/ip4/127.0.0.1/tcp/${typeof bound === 'object' ? bound?.port : 0}`;
    await expect(startMesh({ listen: [anyLocalPort, address] })).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringContaining(address),
    });
    await new Promise((resolve) => {
      server.close(resolve);
    });
    const mesh = await startMesh({ listen: [address] });
    expect(mesh.addresses()).toEqual([`${address}/p2p/${mesh.peer}`]);
  });

  it.each([
    [{ listen: ['/ip4/192.0.2.200/tcp/0'] }, '/ip4/192.0.2.200/tcp/0'],
    [{ listen: ['localhost:80'] }, 'localhost:80'],
    [{ staticPeers: ['/ip4/192.0.2.1/tcp/1'] }, '/ip4/192.0.2.1/tcp/1'],
  ])('refuses settings that cannot be, %o, naming them', async (options, named) => {
    await expect(startMesh(options)).rejects.toMatchObject({
      code: 'setting-invalid',
      message: expect.stringContaining(named),
    });
  });

  it('stops twice without harm', async () => {
    const mesh = await startMesh();
    await Promise.all([mesh.stop(), mesh.stop()]);
    await expect(mesh.stop()).resolves.toBeUndefined();
  });
});
