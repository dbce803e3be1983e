/** A mesh beyond the local network: many nodes begin with one address, and learn of further nodes from others. */
import { describe, expect, it, vi } from 'vitest';
import type { PoolMesh } from '../../src-worker/node/pools/pool-mesh.ts';
import type { SelfDescription } from '../../src-worker/node/mesh/records/record.ts';
import { startMesh, testFolder } from '../support/mesh/mesh-peers.ts';
import { startPool, startPoolNode } from '../support/pools/pool-nodes.ts';

const idle: SelfDescription = { state: 'serving', models: [], shards: [] };

function stateOf(mesh: PoolMesh, peer: PoolMesh): string | undefined {
  return mesh.knownPeer(peer.peer)?.record.state;
}

describe('twelve nodes on one address that know one of them', () => {
  it('are all connected to each other soon, and hear of a change and a leave', async () => {
    const first = await startMesh();
    const described = { ...idle };
    const changing = await startMesh({
      bootstrap: first.addresses(),
      describe: () => described,
    });
    const others = await Promise.all(
      Array.from({ length: 10 }, () => startMesh({ bootstrap: first.addresses() })),
    );
    const all = [first, changing, ...others];
    await vi.waitFor(
      () => {
        for (const mesh of all) {
          const connected = mesh.knownPeers().filter((peer) => peer.connected);
          expect(connected).toHaveLength(11);
        }
      },
      { timeout: 25_000, interval: 100 },
    );
    described.state = 'draining';
    changing.publish();
    await vi.waitFor(
      () => others.forEach((mesh) => expect(stateOf(mesh, changing)).toBe('draining')),
      { timeout: 5000, interval: 10 },
    );
    await changing.stop();
    await vi.waitFor(
      () => others.forEach((mesh) => expect(mesh.knownPeer(changing.peer)).toBeUndefined()),
      { timeout: 5000, interval: 10 },
    );
  });
});

describe('what is said of a peer that is not connected', () => {
  it('goes from one to the next: its record, a change, and that it leaves', async () => {
    // A pool-only node connects only to members, so the node between them is the only way.
    const { owner, members } = await startPool('friend');
    const [friend] = members;
    expect(friend).toBeDefined();
    const described = { ...idle };
    const third = await startPoolNode({ describe: () => described });
    const link = await owner.pools.invite({
      pool: undefined,
      role: 'member',
      uses: 1,
      lifeMs: 3_600_000,
    });
    await third.pools.join({ link: link.link, member: 'third' });
    await vi.waitFor(() => expect(friend && stateOf(friend, third)).toBe('serving'), 20_000);
    described.state = 'draining';
    third.publish();
    await vi.waitFor(() => expect(friend && stateOf(friend, third)).toBe('draining'), 5000);
  });

  it('stays among members of its pools when it is for those alone', async () => {
    const { owner } = await startPool();
    const open = await startMesh();
    // A member that talks to all peers stands between the pool and a stranger.
    const between = await startMesh({ bootstrap: open.addresses() });
    const invite = { pool: undefined, role: 'member', uses: 1, lifeMs: 3_600_000 } as const;
    await between.pools.join({ link: (await owner.pools.invite(invite)).link, member: 'between' });
    const other = await startMesh({ bootstrap: between.addresses() });
    await vi.waitFor(() => {
      expect(stateOf(between, owner)).toBe('serving');
      expect(stateOf(other, open)).toBe('serving');
    }, 20_000);
    expect(other.knownPeer(owner.peer)).toBeUndefined();
    expect(open.knownPeer(owner.peer)).toBeUndefined();
  });
});

describe('the peers of the last run', () => {
  it('are found again when the node to begin with is gone', async () => {
    const dataFolder = await testFolder();
    const first = await startMesh();
    const other = await startMesh({ bootstrap: first.addresses() });
    const node = await startMesh({ bootstrap: first.addresses(), dataFolder });
    await vi.waitFor(() => expect(node.knownPeer(other.peer)?.connected).toBe(true), 20_000);
    await vi.waitFor(() => expect(stateOf(node, other)).toBe('serving'), 5000);
    await node.stop();
    await first.stop();
    const again = await startMesh({ bootstrap: first.addresses(), dataFolder });
    await vi.waitFor(() => expect(again.knownPeer(other.peer)?.connected).toBe(true), 20_000);
  });
});
