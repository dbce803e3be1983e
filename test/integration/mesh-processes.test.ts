/** Meshes in separate processes: one is killed, comes back, and leaves in order. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ended } from '../support/mesh/channel-contract.ts';
import { anyLocalPort, startMesh, testFolder } from '../support/mesh/mesh-peers.ts';

const protocol = '/mindmesh/echo/1.0.0';
const limits = (): number => 1024 * 1024;

type MeshChild = {
  readonly process: ChildProcess;
  readonly peer: string;
  readonly addresses: readonly string[];
};

async function startChild(dataFolder: string, listen = anyLocalPort): Promise<MeshChild> {
  const child = fork(new URL('../support/mesh/mesh-child.ts', import.meta.url), [
    dataFolder,
    listen,
  ]);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const [{ peer, addresses }] = (await once(child, 'message')) as [Omit<MeshChild, 'process'>];
  return { process: child, peer, addresses };
}

describe('a mesh in another process', () => {
  it('carries activations there and back, is missed when killed, and found when it is back', async () => {
    const dataFolder = await testFolder();
    const child = await startChild(dataFolder);
    const mesh = await startMesh({ staticPeers: child.addresses });
    const channel = await mesh.openChannel(
      child.peer,
      protocol,
      limits,
      AbortSignal.timeout(10_000),
    );
    const echoed: Buffer[] = [];
    channel.onFrame(({ body }) => {
      echoed.push(body);
    });
    for (const size of [8192, 16_384, 1024 * 1024]) {
      await channel.send(1, Buffer.alloc(size, size % 255));
    }
    await vi.waitFor(() => expect(echoed).toHaveLength(3), 10_000);
    expect(echoed.map((body) => [body.length, body.at(-1)])).toEqual([
      [8192, 8192 % 255],
      [16_384, 16_384 % 255],
      [1024 * 1024, (1024 * 1024) % 255],
    ]);

    const killedAt = performance.now();
    child.process.kill('SIGKILL');
    expect(await ended(channel)).toMatchObject({ code: 'peer-failed' });
    expect(performance.now() - killedAt).toBeLessThan(2000);
    // The record is believed for a while, but only as a hint.
    await vi.waitFor(
      () => expect(mesh.knownPeers()).toMatchObject([{ peer: child.peer, connected: false }]),
      5000,
    );
    await expect(
      mesh.openChannel(child.peer, protocol, limits, AbortSignal.timeout(10_000)),
    ).rejects.toMatchObject({ code: 'peer-failed' });
    expect(mesh.knownPeers()).toEqual([]);

    const [address = ''] = child.addresses;
    const again = await startChild(dataFolder, address.replace(/\/p2p\/.*/, ''));
    expect(again.peer).toBe(child.peer);
    await vi.waitFor(
      () => expect(mesh.knownPeers()).toMatchObject([{ peer: child.peer, connected: true }]),
      20_000,
    );
    const renewed = await mesh.openChannel(
      child.peer,
      protocol,
      limits,
      AbortSignal.timeout(10_000),
    );
    await renewed.close();
  });

  it('exits by itself once it was stopped', async () => {
    const child = await startChild(await testFolder());
    const exited = once(child.process, 'exit');
    child.process.send('stop');
    expect(await exited).toEqual([0, null]);
  });
});
