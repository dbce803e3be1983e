/** Small meshes to plan routes over, and a search that tries every chain, to check the planner. */
import { AppError } from '../../../src-shared/errors.ts';
import { layerCount } from '../../../src-shared/layers.ts';
import { noRules } from '../../../src-shared/route-rules.ts';
import type {
  KnownPeer,
  PeerRecord,
  RecordedShard,
} from '../../../src-worker/node/mesh/records/record.ts';
import {
  type MeshQuestion,
  planRoute,
  type RouteQuestion,
  type RouteStage,
} from '../../../src-worker/node/routing/plan-route.ts';
import { stageCostMs } from '../../../src-worker/node/routing/stage-cost.ts';
import { hasFeature, layerPrefix } from '../../../src-worker/wire/speaks.ts';
import { isDistrusted } from '../../../src-worker/node/trust/reputation.ts';

export const routedModel = { manifestId: 'a'.repeat(64), name: 'Test model', layers: 6 };

export function shard(
  firstLayer: number,
  lastLayer: number,
  more: Partial<RecordedShard> = {},
): RecordedShard {
  return {
    manifestId: routedModel.manifestId,
    firstLayer,
    lastLayer,
    freeSessions: 4,
    maxSessions: 4,
    contextLength: 4096,
    tokensPerSecond: 100,
    ...more,
  };
}

export function peer(
  name: string,
  shards: RecordedShard[],
  more: Partial<KnownPeer> & { readonly says?: Partial<PeerRecord> } = {},
): KnownPeer {
  const { says, ...known } = more;
  return {
    peer: name,
    record: {
      sequence: 1,
      state: 'serving',
      addresses: ['/ip4/192.0.2.1/tcp/1'],
      models: [],
      shards,
      ...says,
    },
    receivedAt: 0,
    connected: true,
    latencyMs: 10,
    ...known,
  };
}

/** The part of a record by which a peer says that the first layers of its shard can be used alone. */
export const saysPrefix = { speaks: { version: 2, features: [layerPrefix] } };

export function question(more: Partial<RouteQuestion>): RouteQuestion {
  return {
    model: routedModel,
    self: 'me',
    ownShards: [],
    peers: [],
    excluded: new Set(),
    sequenceTokens: 100,
    cells: 200,
    ...more,
  };
}

export function namesOf(route: readonly RouteStage[]): string {
  return route.map((stage) => `${stage.peer}:${stage.firstLayer}-${stage.lastLayer}`).join(' ');
}

export function refusalOf(asked: RouteQuestion): AppError {
  try {
    planRoute(asked);
  } catch (error) {
    if (error instanceof AppError) {
      return error;
    }
  }
  throw new Error('A route was found where none was expected');
}

export type TriedChain = {
  readonly key: string;
  readonly peers: readonly string[];
  readonly stages: number;
  readonly costMs: number;
  /** Whether it uses a distrusted peer. */
  readonly isDoubtful: boolean;
};

/** The better chain first, except for what orders equal chains. */
export function compareChains(a: TriedChain, b: TriedChain): number {
  return Number(a.isDoubtful) - Number(b.isDoubtful) || a.costMs - b.costMs || a.stages - b.stages;
}

/**
 * Every chain for these layers that has room and that the rules allow, found by trying all of them: slow, but simple
 * enough to trust.
 */
export function allChains(
  asked: RouteQuestion,
  first = 0,
  last = asked.model.layers - 1,
): TriedChain[] {
  const others = asked.peers.filter(({ peer }) => peer !== asked.self);
  const standings = new Map(others.map(({ peer, reputation }) => [peer, reputation]));
  const walk = (layer: number): TriedChain[] =>
    layer === last + 1
      ? [{ key: '', peers: [], stages: 0, costMs: 0, isDoubtful: false }]
      : stagesOf(asked)
          .filter(({ shard }) => shard.firstLayer === layer && shard.lastLayer <= last)
          .flatMap(({ peer, shard, costMs }) =>
            walk(shard.lastLayer + 1).map((tail) => ({
              key: `${peer}:${layer}-${shard.lastLayer} ${tail.key}`.trim(),
              peers: [peer, ...tail.peers],
              stages: tail.stages + 1,
              costMs: tail.costMs + costMs,
              isDoubtful: tail.isDoubtful || isDistrusted(standings.get(peer)),
            })),
          );
  return walk(first);
}

export function operatorsOf(asked: MeshQuestion, peers: readonly string[]): number {
  return new Set(peers.map((peer) => asked.operators?.get(peer) ?? peer)).size;
}

function stagesOf(asked: RouteQuestion): { peer: string; shard: RecordedShard; costMs: number }[] {
  const { model, rules = noRules, sequenceTokens, cells } = asked;
  const work = {
    promptTokens: sequenceTokens,
    cachedTokens: 0,
    answerTokens: cells - sequenceTokens,
  };
  const own = asked.ownShards
    .flatMap((whole) => usesOf(whole, asked, true))
    .map((shard) => ({
      peer: asked.self,
      shard,
      costMs: stageCostMs(shard, model.layers, 'own', work),
    }));
  const others = asked.peers
    .filter(({ peer }) => peer !== asked.self)
    .filter(({ peer }) => !rules.poolOnly || asked.poolMembers?.has(peer) === true)
    .filter(
      ({ record }) => rules.regions.length === 0 || rules.regions.includes(record.region ?? ''),
    )
    .filter(({ record }) => (record.price ?? 0) <= (rules.priceCeiling ?? Infinity))
    .flatMap((known) =>
      known.record.shards
        .flatMap((whole) => usesOf(whole, asked, hasFeature(known.record.speaks, layerPrefix)))
        .filter(
          ({ firstLayer, lastLayer }) =>
            !rules.keepOuterLayersAtHome || (firstLayer > 0 && lastLayer < model.layers - 1),
        )
        .map((shard) => ({
          peer: known.peer,
          shard,
          costMs: stageCostMs(shard, model.layers, known, work),
        })),
    );
  return [...own, ...others].filter(
    ({ peer, shard }) => shard.freeSessions > 0 && !asked.excluded.has(peer),
  );
}

/** A shard, and what it is when it is used up to each of its layers: shorter, and as much faster. */
function usesOf(
  whole: RecordedShard,
  { model }: RouteQuestion,
  canBeCut: boolean,
): RecordedShard[] {
  if (whole.lastLayer >= model.layers) {
    return [];
  }
  const count = layerCount(whole);
  const used = Array.from({ length: canBeCut ? count - 1 : 0 }, (_, index) => index + 1);
  return [
    whole,
    ...used.map((layers) => ({
      ...whole,
      lastLayer: whole.firstLayer + layers - 1,
      tokensPerSecond: (whole.tokensPerSecond * count) / layers,
    })),
  ];
}
