/** The feature that owns the facts for route planning. */
import type { NodeConfig } from '../../../src-shared/api/node-config.ts';
import type { PoolMesh } from '../pools/pool-mesh.ts';
import type { FeatureWith } from '../node-feature.ts';
import type { Trust } from '../trust/trust.ts';
import { MeshRoutes } from './mesh-routes.ts';

export type RoutesFeatureOptions = {
  readonly config: NodeConfig;
  readonly mesh: PoolMesh;
  readonly trust: Trust;
  readonly onChange: () => void;
};

export function routesFeature(options: RoutesFeatureOptions): FeatureWith<MeshRoutes> {
  const { config, mesh, trust, onChange } = options;
  const routes = new MeshRoutes(mesh, trust, config.routing);
  return {
    name: 'routes',
    service: routes,
    configure: ({ routing }) => {
      routes.setRouting(routing);
      onChange();
    },
  };
}
