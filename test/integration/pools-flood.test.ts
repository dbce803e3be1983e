/** Floods of connections that are never authorised: few are accepted, and members still get in. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { PoolMesh } from '../../src-worker/node/pools/pool-mesh.ts';
import { eventuallyTrue } from '../support/host/host-processes.ts';
import { attackNode } from '../support/pools/pool-attacker.ts';
import { admit, isConnected, startPoolNode, startTarget } from '../support/pools/pool-nodes.ts';

/** Connections from another address of this machine that send nothing. */
async function flood(target: PoolMesh, count: number, from: string): Promise<Socket[]> {
  const port = Number(/\/tcp\/(\d+)/.exec(target.addresses()[0] ?? '')?.[1]);
  const sockets = Array.from({ length: count }, () => {
    const socket = connect({ host: '127.0.0.1', port, localAddress: from });
    socket.on('error', () => {});
    socket.resume();
    return socket;
  });
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  await Promise.all(
    sockets.map((socket) => Promise.race([once(socket, 'connect'), once(socket, 'close')])),
  );
  return sockets;
}

describe.runIf(process.platform === 'linux')('a flood of half-open connections', () => {
  it('from one address holds few of them, and keeps no member out', async () => {
    const { owner } = await startTarget();
    const sockets = await flood(owner, 400, '127.0.0.3');
    const begun = performance.now();
    await admit(await startPoolNode(), owner, 'friend');
    expect(performance.now() - begun).toBeLessThan(4000);
    await eventuallyTrue('most are refused', () => {
      const open = sockets.filter((socket) => !socket.destroyed && socket.readyState === 'open');
      return open.length <= 24;
    });
    await eventuallyTrue(
      'the others are given up',
      () => sockets.every((socket) => socket.destroyed || socket.readyState !== 'open'),
      7000,
    );
  });

  it('of encrypted strangers holds few of them, and costs members nothing', async () => {
    const { owner } = await startTarget();
    const friend = await startPoolNode();
    await admit(friend, owner, 'friend');
    const begun = performance.now();
    const ends = await Promise.allSettled(
      Array.from({ length: 40 }, () =>
        attackNode(owner, async (_line, stream) => {
          await once(stream, 'close');
          return performance.now() - begun;
        }),
      ),
    );
    const accepted = ends.filter((end) => end.status === 'fulfilled');
    expect(accepted.length).toBeLessThanOrEqual(24);
    expect(isConnected(owner, friend)).toBe(true);
    expect(owner.knownPeers()).toHaveLength(1);
    await admit(await startPoolNode(), owner, 'another');
  });
});
