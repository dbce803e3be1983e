/** The mesh and its pools as a feature of the node. */
import type { NodeConfig } from '../../../src-shared/api/node-config.ts';
import type { Log } from '../base/log.ts';
import type { FeatureWith } from '../node-feature.ts';
import type { SelfDescription } from '../mesh/records/record.ts';
import type { Trust } from '../trust/trust.ts';
import { buildPoolMesh, type PoolMesh } from './pool-mesh.ts';

/** Most unreachable peers from settings that a status lists. */
const maxListedUnreachable = 20;

export type MeshFeatureOptions = {
  readonly config: NodeConfig;
  readonly describe: () => SelfDescription;
  readonly trust: Trust;
  readonly onChange: () => void;
  readonly log: Log;
};

/** @throws AppError `setting-invalid`, `data-folder-unusable` */
export async function meshFeature(options: MeshFeatureOptions): Promise<FeatureWith<PoolMesh>> {
  const { config, describe, trust, onChange, log } = options;
  const { dataFolder, listen, staticPeers, bootstrap, mdns, upnp, poolOnly } = config;
  const mesh = await buildPoolMesh({
    dataFolder,
    listen,
    staticPeers,
    bootstrap,
    mdns,
    upnp,
    poolOnly,
    describe,
    trust,
    log,
  });
  mesh.onChange(onChange);
  const { pools } = mesh;
  return {
    name: 'mesh',
    service: mesh,
    handlers: {
      poolCreate: (params) => pools.create(params),
      poolInvite: (params) => pools.invite(params),
      poolJoin: (params) => pools.join(params),
      poolReadInvite: (params) => pools.readInvite(params),
      poolList: () => pools.list(),
      poolRevoke: (params) => pools.revoke(params),
      poolLeave: (params) => pools.leave(params),
    },
    topics: { pools: () => pools.list() },
    start: () => mesh.start(),
    stop: () => mesh.stop(),
    configure: async (settings) => {
      await mesh.configure(settings);
      pools.setPoolOnly(settings.poolOnly);
    },
    status: () => {
      const clockAheadMs = mesh.clockAheadMs();
      const unreachable = mesh.unreachable().slice(0, maxListedUnreachable);
      return {
        peer: mesh.peer,
        addresses: [...mesh.addresses()],
        reach: mesh.reach(),
        entrance: mesh.entrance(),
        ...(clockAheadMs === 0 ? {} : { clockAheadMs }),
        ...(unreachable.length === 0 ? {} : { unreachable }),
      };
    },
  };
}
