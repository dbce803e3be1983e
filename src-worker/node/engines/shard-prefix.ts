/**
 * A loaded shard that is used up to one of its layers. For sessions it looks like a shard that was cut there; its engine
 * computes them beside sessions over more layers, in separate batches.
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
