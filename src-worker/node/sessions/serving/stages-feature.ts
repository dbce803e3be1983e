/** The feature that serves stages on this machine. */
import type { Usage } from '../../../../src-shared/api/usage.ts';
import type { Log } from '../../base/log.ts';
import type { OwnShards } from '../../engines/shards-feature.ts';
import type { NodeFeature } from '../../node-feature.ts';
import type { PoolMesh } from '../../pools/pool-mesh.ts';
import type { MeshRoutes } from '../../routing/mesh-routes.ts';
import { StageService } from './stage-service.ts';

export type StagesFeatureOptions = {
  readonly mesh: PoolMesh;
  readonly routes: MeshRoutes;
  readonly shards: OwnShards;
  readonly onServed: (usage: Usage) => void;
  readonly log: Log;
};

export function stagesFeature(options: StagesFeatureOptions): NodeFeature {
  const { mesh, routes, shards, onServed, log } = options;
  const stages = new StageService({
    opener: mesh,
    shards: shards.host,
    addressesFor: (requester, peer) => mesh.addressesFor(requester, peer),
    key: mesh.identity.privateKey,
    isTrusted: (peer) => routes.isTrusted(peer),
    onServed,
    log,
  });
  return {
    name: 'stages',
    start: () => stages.start(),
    stop: () => stages.stop(),
    setWork: ({ state, answersOwner }) => {
      if (state === 'draining') {
        // Other requesters' answers move to other peers; the owner's stay while this machine still answers the owner.
        stages.drain((requester) => !answersOwner || requester !== mesh.peer);
      }
    },
  };
}
