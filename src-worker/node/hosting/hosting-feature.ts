/** The feature that decides what this machine hosts, and moves model bytes in and out. */
import { isDeepStrictEqual } from 'node:util';
import type { HostedShard, NodeConfig } from '../../../src-shared/api/node-config.ts';
import type { Log } from '../base/log.ts';
import type { ShardHost } from '../engines/shard-host.ts';
import type { PoolMesh } from '../pools/pool-mesh.ts';
import type { ModelLibrary } from '../models/library.ts';
import type { HeaderStore } from '../headers/header-store.ts';
import type { FeatureWith } from '../node-feature.ts';
import type { MeshRoutes } from '../routing/mesh-routes.ts';
import { loadCatalog } from './catalog-models.ts';
import type { Trust } from '../trust/trust.ts';
import { HostingService } from './hosting-service.ts';
import type { OwnModels } from './own-models.ts';

export type HostingFeatureOptions = {
  readonly config: NodeConfig;
  readonly library: ModelLibrary;
  readonly mesh: PoolMesh;
  readonly routes: MeshRoutes;
  readonly trust: Trust;
  readonly headers: HeaderStore;
  readonly shards: ShardHost;
  readonly own: OwnModels;
  readonly onChange: () => void;
  readonly log: Log;
};

export async function hostingFeature(
  options: HostingFeatureOptions,
): Promise<FeatureWith<HostingService>> {
  const { config, library, mesh, routes, trust, headers, shards, own, onChange, log } = options;
  const hosting = new HostingService({
    config,
    library,
    mesh,
    headers,
    shards,
    catalog: await loadCatalog(config.catalogFile, log),
    peers: () => routes.peers(),
    onEvidence: (report) => trust.report(report),
    onChange,
    log,
  });
  /** The shards, or where the owner chose none, the whole models that come with the app. */
  const orBundled = (shards: readonly HostedShard[] | null): readonly HostedShard[] =>
    shards ?? own.bundled.map((model) => ({ model }));
  return {
    name: 'hosting',
    service: hosting,
    handlers: {
      catalog: () => hosting.catalog(),
      cancelDownload: async ({ model }) => {
        await hosting.cancelDownload(model);
        return null;
      },
    },
    topics: {
      catalog: async () => ({ entries: hosting.catalog(), storage: await library.storage() }),
    },
    start: () => hosting.start(orBundled(config.shards)),
    stop: () => hosting.stop(),
    configure: (next, former) => {
      if (!isDeepStrictEqual(next.shards, former.shards)) {
        hosting.setShards(orBundled(next.shards));
      }
      hosting.configure(next);
    },
    setWork: () => hosting.stateChanged(),
    describe: () => hosting.describe(),
    status: () => ({ downloads: hosting.downloads() }),
  };
}
