/** Nodes in pools, for tests: whole meshes on 127.0.0.1, by default for members only. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { privateKeyFromProtobuf } from '@libp2p/crypto/keys';
import { usualInviteLifeMs } from '../../../src-shared/pool.ts';
import type { Identity } from '../../../src-worker/node/identity/identity.ts';
import type { PoolMesh, PoolMeshOptions } from '../../../src-worker/node/pools/pool-mesh.ts';
import { eventuallyTrue } from '../host/host-processes.ts';
import { startMesh, testFolder } from '../mesh/mesh-peers.ts';
import { someKey } from './pool-keys.ts';

/** A node that talks to members of its pools alone. */
export function startPoolNode(options: Partial<PoolMeshOptions> = {}): Promise<PoolMesh> {
  return startMesh({ poolOnly: true, ...options });
}

/** A link to the only pool of a node. */
export async function linkFrom(
  node: PoolMesh,
  { role = 'member', uses = 1 }: { role?: 'admin' | 'member' | 'guest'; uses?: number } = {},
): Promise<string> {
  const invite = { pool: undefined, role, uses, lifeMs: usualInviteLifeMs };
  return (await node.pools.invite(invite)).link;
}

/** Lets a node join the only pool of another, and waits until they are connected. */
export async function admit(
  node: PoolMesh,
  by: PoolMesh,
  name: string,
  role: 'admin' | 'member' | 'guest' = 'member',
): Promise<void> {
  await node.pools.join({ link: await linkFrom(by, { role }), member: name });
  await eventuallyTrue(`${name} is connected`, () => areConnected(node, by));
}

export function isConnected(node: PoolMesh, to: PoolMesh): boolean {
  return node.knownPeers().some(({ peer, connected }) => peer === to.peer && connected);
}

export function areConnected(one: PoolMesh, other: PoolMesh): boolean {
  return isConnected(one, other) && isConnected(other, one);
}

/** A node that owns a pool, and named members of it. */
export async function startPool(
  ...names: readonly string[]
): Promise<{ readonly owner: PoolMesh; readonly members: PoolMesh[] }> {
  const owner = await startPoolNode();
  await owner.pools.create({ name: 'Friends', member: 'owner' });
  const members: PoolMesh[] = [];
  for (const name of names) {
    const member = await startPoolNode();
    await admit(member, owner, name);
    members.push(member);
  }
  return { owner, members };
}

/** An owner whose pool's key the test has, and a real member of the pool. */
export async function startTarget(): Promise<{
  owner: PoolMesh;
  pool: Identity;
  member: Identity;
}> {
  const dataFolder = await testFolder();
  const owner = await startPoolNode({ dataFolder });
  const { id } = await owner.pools.create({ name: 'Friends' });
  const key = privateKeyFromProtobuf(await readFile(join(dataFolder, 'pools', `${id}.key`)));
  if (key.type !== 'Ed25519') {
    throw new Error('not a pool key');
  }
  return { owner, pool: { privateKey: key, peer: id }, member: await someKey() };
}
