/** A planned route with the facts about its stages, for users to read. Pure. */
import type { RouteView } from '../../../src-shared/route-view.ts';
import { planRoute } from './plan-route.ts';
import { planSpares } from './plan-spares.ts';
import type { RouteQuestion, RouteStage } from './route-question.ts';
import { hasPrefix, isSameRange, layerCount, rangeOf } from '../../../src-shared/layers.ts';

/**
 * The route that the question would take now.
 * @throws AppError as `planRoute`
 */
export function viewRoute(question: RouteQuestion): RouteView {
  const route = planRoute(question);
  return {
    model: question.model.name,
    stages: route.map((stage) => viewStage(question, stage)),
    spares: planSpares(question, route).map((spares) => spares.length),
  };
}

function viewStage(question: RouteQuestion, stage: RouteStage): RouteView['stages'][number] {
  const { peer } = stage;
  const isOwn = peer === question.self;
  const known = question.peers.find((other) => other.peer === peer);
  const shards = isOwn ? question.ownShards : (known?.record.shards ?? []);
  const fitting = shards.filter(
    (one) => one.manifestId === question.model.manifestId && hasPrefix(one, stage),
  );
  const shard = fitting.find((one) => isSameRange(one, stage)) ?? fitting[0];
  return {
    peer,
    isOwn,
    ...rangeOf(stage),
    latencyMs: isOwn ? null : (known?.latencyMs ?? null),
    tokensPerSecond:
      shard === undefined ? 0 : (shard.tokensPerSecond * layerCount(shard)) / layerCount(stage),
    freeSessions: shard?.freeSessions ?? 0,
    maxSessions: shard?.maxSessions ?? 0,
    price: isOwn ? 0 : (known?.record.price ?? 0),
    relayed: !isOwn && known?.relayed === true,
  };
}
