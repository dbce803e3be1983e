/**
 * A loaded shard that is used up to one of its layers, as sessions see it: like a shard that was cut there. Its engine
 * computes all of these sessions beside those over more layers, in batches of their own.
 */
import { layerCount } from '../../../src-shared/layers.ts';
import { stageRoleOf } from '../../wire/stage-role.ts';
import type { ServingShard } from './serving-shard.ts';

/** @param layers the model's count */
export function shardPrefix(shard: ServingShard, lastLayer: number, layers: number): ServingShard {
  const { manifestId, model, firstLayer, width } = shard;
  const range = { firstLayer, lastLayer };
  return {
    ...range,
    manifestId,
    model,
    width,
    role: stageRoleOf(range, layers),
    openSession: (request, listener) =>
      shard.openSession({ ...request, layers: layerCount(range) }, listener),
    freeSessions: () => shard.freeSessions(),
  };
}
