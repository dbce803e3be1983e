/** Builds a mesh whose gate and members are the pools of this node. */
import { join } from 'node:path';
import { type Identity, loadIdentity } from '../identity/identity.ts';
import { buildMesh, type Mesh, type MeshOptions } from '../mesh/mesh.ts';
import { MembershipGate } from './gate/membership-gate.ts';
import { Pools } from './membership/pools.ts';
import { PoolService } from './pool-service.ts';

export type PoolMeshOptions = Omit<MeshOptions<PoolService>, 'identity' | 'gate' | 'membersOf'> & {
  /** Whether to connect only to members of this node's pools; absent: to all peers. */
  readonly poolOnly?: boolean;
};

export interface PoolMesh extends Mesh {
  /** The pools of this node and their members. */
  readonly pools: PoolService;
  /** This node's peer id and key. */
  readonly identity: Identity;
}

/**
 * Joins the mesh as the identity of the data folder, in the pools that are stored there.
 * @throws AppError `setting-invalid`, `port-taken` or `data-folder-unusable`
 */
export async function createPoolMesh(options: PoolMeshOptions): Promise<PoolMesh> {
  const mesh = await buildPoolMesh(options);
  await mesh.start();
  return mesh;
}

/**
 * As `createPoolMesh`, but does not join the mesh yet.
 * @throws AppError `setting-invalid` or `data-folder-unusable`
 */
export async function buildPoolMesh(options: PoolMeshOptions): Promise<PoolMesh> {
  const { dataFolder, log, poolOnly = false } = options;
  const identity = await loadIdentity(dataFolder, log);
  const pools = await Pools.open({ folder: join(dataFolder, 'pools'), identity, log });
  const gate = new MembershipGate({ identity, pools, poolOnly });
  const mesh = await buildMesh({
    ...options,
    identity,
    gate,
    membersOf: (network) => new PoolService({ pools, gate, network, log }),
  });
  return Object.assign(mesh, { pools: mesh.members, identity });
}
