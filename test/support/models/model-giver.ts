/**
 * A peer in this process that a real node finds in the mesh, and that sends bytes of a model, right or wrong ones.
 */
import type { PoolMesh } from '../../../src-worker/node/pools/pool-mesh.ts';
import type { SelfDescription } from '../../../src-worker/node/mesh/records/record.ts';
import { startMesh } from '../mesh/mesh-peers.ts';
import { serveBytes, type TransferNode, type TransferNodeOptions } from './transfer-parts.ts';

export type Giver = Omit<TransferNode, 'peer'> & { readonly mesh: PoolMesh };

/** The peer reports the model in the file at `path`, of which it hosts nothing. */
export async function startGiver(path: string, options: TransferNodeOptions = {}): Promise<Giver> {
  const stores: NonNullable<SelfDescription['stores']> = [];
  const mesh = await startMesh({
    describe: () => ({ state: 'serving', models: [], shards: [], stores }),
  });
  const giver = await serveBytes(mesh, options);
  stores.push((await giver.library.importModel(path)).summary);
  mesh.publish();
  return { ...giver, mesh };
}
