/** Pools as a part of the node, as far as they are not about models. */
import type { NodeFeature } from '../node-feature.ts';
import type { PoolService } from './pool-service.ts';

export function poolsFeature(pools: PoolService): NodeFeature {
  return {
    name: 'pools',
    handlers: {
      poolCreate: (params) => pools.create(params),
      poolInvite: (params) => pools.invite(params),
      poolJoin: (params) => pools.join(params),
      poolReadInvite: (params) => pools.readInvite(params),
      poolList: () => pools.list(),
      poolRevoke: (params) => pools.revoke(params),
      poolLeave: (params) => pools.leave(params),
    },
  };
}
