import { describe, expect, it } from 'vitest';
import { AppError, type ErrorCode } from '../../../src-shared/errors.ts';
import { type RouteRules, routeRulesSchema } from '../../../src-shared/route-rules.ts';
import type { PoolMesh } from '../pools/pool-mesh.ts';
import type { KnownPeer } from '../mesh/records/record.ts';
import { ChainFailure } from '../sessions/asking/chain-failure.ts';
import { MeshRoutes } from './mesh-routes.ts';
import { planRoute } from './plan-route.ts';
import { Trust } from '../trust/trust.ts';

const model = { manifestId: 'a'.repeat(64), name: 'Model', layers: 4 };

function host(peer: string, latencyMs: number): KnownPeer {
  const shard = {
    manifestId: model.manifestId,
    firstLayer: 0,
    lastLayer: 3,
    freeSessions: 4,
    maxSessions: 4,
    contextLength: 2048,
    tokensPerSecond: 20,
  };
  return {
    peer,
    record: {
      sequence: 1,
      state: 'serving',
      addresses: ['/ip4/10.0.0.1/tcp/4001'],
      models: [],
      shards: [shard],
    },
    receivedAt: 0,
    connected: true,
    latencyMs,
  };
}

const ignore = (): void => {};

/** Routes of a mesh in which the peer "near" has a little less latency than "far". */
function routesOf(always: Partial<RouteRules> = {}, ownMachines: string[] = []) {
  const clock = { now: 0 };
  let change: (peer: string) => void = ignore;
  const peers = new Map([host('near', 10), host('far', 20)].map((each) => [each.peer, each]));
  const mesh = {
    peer: 'own',
    pools: { servers: (id = 'pool') => new Set(id === 'pool' ? ['far'] : []) },
    knownPeers: () => [...peers.values()],
    knownPeer: (peer: string) => peers.get(peer),
    onChange: (listener: (peer: string) => void) => {
      change = listener;
      return () => {};
    },
  } as unknown as PoolMesh;
  const routing = { rules: routeRulesSchema.parse(always), ownMachines };
  const trust = new Trust({ now: () => clock.now });
  const routes = new MeshRoutes(mesh, trust, routing, () => clock.now);
  const best = (own: Partial<RouteRules> = {}): string | undefined =>
    planRoute({
      model,
      self: 'own',
      ownShards: [],
      peers: routes.hosts(model.manifestId),
      excluded: new Set(),
      sequenceTokens: 1,
      cells: 16,
      ...routes.facts(model.manifestId, routeRulesSchema.parse(own)),
    })[0]?.peer;
  return { routes, trust, best, clock, change };
}

function failed(peer: string, code: ErrorCode): ChainFailure {
  return new ChainFailure(new AppError(code, 'It failed'), peer);
}

describe('the routes of a node', () => {
  it.each(['not-spoken', 'over-capacity', 'context-too-long'] as const)(
    'still use a peer that ended a session without fault of its own: %s',
    (code) => {
      const { routes, best } = routesOf();
      for (let times = 0; times < 50; times += 1) {
        routes.stageFailed(failed('near', code));
      }
      expect(best()).toBe('near');
      routes.stageFailed(failed('near', 'protocol-violation'));
      for (let times = 0; times < 50; times += 1) {
        routes.stageFailed(failed('near', 'peer-failed'));
      }
      expect(best()).toBe('far');
    },
  );

  it('avoid a peer that was slower than its record says, for ten minutes', () => {
    const { routes, best, clock, change } = routesOf();
    const stage = { peer: 'near', firstLayer: 0, lastLayer: 3, computeMs: 1, hopMs: 1 };
    const answered = (tokensPerSecond: number): void =>
      routes.answered(model.manifestId, {
        model: 'Model',
        stages: [stage],
        promptTokens: 1,
        tokens: 100,
        tokensPerSecond,
        firstTokenMs: 1,
        totalMs: 1,
      });
    answered(30);
    expect(best()).toBe('near');
    answered(2);
    expect(best()).toBe('far');
    clock.now += 600_000;
    // The peer publishes its next record.
    change('near');
    expect(best()).toBe('near');
  });

  it('avoid a peer that twice refused a request which others answered', () => {
    const { routes, best } = routesOf();
    routes.wronglyRefused('near');
    expect(best()).toBe('near');
    routes.wronglyRefused('near');
    expect(best()).toBe('far');
  });

  it('avoid a peer that failed or lied for a while, and then use it again', () => {
    const { routes, trust, best, clock } = routesOf();
    expect(best()).toBe('near');
    routes.stageFailed(failed('near', 'peer-failed'));
    expect(best()).toBe('far');
    trust.report({ who: 'far', what: 'lied', proof: 'It did' });
    expect(best()).toBe('near');
    clock.now += 24 * 3600_000;
    routes.peers();
    routes.stageFailed(failed('far', 'over-capacity'));
    routes.stageFailed(failed('own', 'engine-died'));
    expect(best()).toBe('near');
  });

  it('stay in the pools from when the settings or a question say so', () => {
    const { routes, best } = routesOf();
    expect(best()).toBe('near');
    expect(best({ poolOnly: true })).toBe('far');
    routes.setRouting({ rules: routeRulesSchema.parse({ poolOnly: true }), ownMachines: [] });
    expect(best()).toBe('far');
    expect(best({ poolOnly: false })).toBe('far');
  });

  it('stay on the owner’s machines, named one by one or by their pool', () => {
    const only = { ownMachinesOnly: true };
    expect(routesOf(only, ['near']).best()).toBe('near');
    expect(routesOf(only, ['pool']).best()).toBe('far');
    expect(routesOf(only, ['another pool']).best).toThrow('none among your own machines');
  });
});
