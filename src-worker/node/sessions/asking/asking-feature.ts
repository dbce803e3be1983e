/** The feature that answers questions of this machine's own user. */
import type { Usage } from '../../../../src-shared/api/usage.ts';
import { sealReceipt } from '../../../../src-shared/receipt/seal-receipt.ts';
import type { RouteRules } from '../../../../src-shared/route-rules.ts';
import type { OwnShards } from '../../engines/shards-feature.ts';
import { peerStatuses } from '../../mesh/peer-statuses.ts';
import type { FeatureWith } from '../../node-feature.ts';
import type { PoolMesh } from '../../pools/pool-mesh.ts';
import type { MeshRoutes } from '../../routing/mesh-routes.ts';
import type { Trust } from '../../trust/trust.ts';
import { Coordinator } from './coordinator.ts';
import { MeteredGenerations } from './metered-generations.ts';

export type AskingFeatureOptions = {
  readonly mesh: PoolMesh;
  readonly routes: MeshRoutes;
  readonly trust: Trust;
  readonly shards: OwnShards;
  /** Called with tokens that were asked for, generated or not, under these rules and no laxer ones. */
  readonly onWanted: (manifestId: string, tokens: number, rules: RouteRules) => void;
  /** Called when an answer is complete. */
  readonly onAsked: (usage: Usage) => void;
};

export type Asking = {
  readonly generations: MeteredGenerations;
  readonly route: Coordinator['route'];
};

export function askingFeature(options: AskingFeatureOptions): FeatureWith<Asking> {
  const { mesh, routes, trust, shards, onWanted, onAsked } = options;
  const { host, isIdle, whyNotHere } = shards;
  const coordinator = new Coordinator({
    opener: mesh,
    trust,
    knownPeers: () => routes.peers(),
    hostsOf: (manifestId) => routes.hosts(manifestId),
    routeFacts: (manifestId, rules) => routes.facts(manifestId, rules),
    onStageFailed: (failure) => routes.stageFailed(failure),
    onAnswered: (manifestId, receipt) => routes.answered(manifestId, receipt),
    onSilent: (peer) => mesh.check(peer),
    onWrongRefusal: (peer) => routes.wronglyRefused(peer),
    onFalseAccount: (who, proof) => trust.report({ who, what: 'lied', proof }),
    ownShards: () => host.ownRecords(),
    wakeOwnShards: (manifestId, signal) => host.wake(manifestId, signal),
    isIdle,
    whyNotHere,
    ownModels: () => host.ownModels(),
  });
  const generations = new MeteredGenerations(
    coordinator,
    onAsked,
    (manifestId, tokens, rules) => onWanted(manifestId, tokens, routes.rules(rules)),
    (receipt) => sealReceipt(receipt, mesh.identity.privateKey, Date.now()),
  );
  return {
    name: 'asking',
    service: { generations, route: (model, rules) => coordinator.route(model, rules) },
    status: () => {
      const peers = routes.peers();
      return {
        peers: peerStatuses(peers, (peer) => mesh.knownPeer(peer), coordinator.silentPeers()),
        peersKnown: peers.length,
        tokensPerSecond: generations.tokensPerSecond,
      };
    },
  };
}
