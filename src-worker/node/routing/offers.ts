/**
 * Every stage that a request might use: one pass over the peers that are known to host its model. A shard may be used
 * for the first of its layers alone, where its peer speaks so, if another one goes on behind them: shards that
 * overlap find together, and the stages to choose from stay few.
 */
import type { LayerRange } from '../../../src-shared/model.ts';
import { allowedCountries, type RouteRules } from '../../../src-shared/route-rules.ts';
import type { KnownPeer, PeerRecord, RecordedShard } from '../mesh/records/record.ts';
import { Joints } from './joints.ts';
import type { RouteQuestion } from './route-question.ts';
import { ShardUses } from './shard-uses.ts';
import type { Reach } from './stage-cost.ts';
import { isDistrusted } from '../trust/reputation.ts';

/** The owner of a shard: a known peer, or this machine. */
export type Host = {
  readonly peer: string;
  readonly reputation?: number;
  readonly record?: Pick<PeerRecord, 'speaks'>;
};

/** A stage that could be. */
export type Offer = {
  readonly peer: string;
  /** The operator of the peer, for rules that count separate operators. */
  readonly operator: string;
  readonly shard: RecordedShard;
  /** Those that are used of the shard's layers: all, or the first ones. */
  readonly layers: LayerRange;
  readonly costMs: number;
  /** Its peer's reputation is so bad that the offer is for where nothing else is. */
  readonly isDistrusted: boolean;
  /** Its peer can also be used for fewer of these layers, for no more. */
  readonly isDivisible: boolean;
};

/** A rule that leaves some peers out, with the words that a person is told: "none {words}". */
export type PeerRule = {
  readonly words: string;
  readonly allows: (known: KnownPeer) => boolean;
};

/** What offers are judged by; an answer's lengths are absent where nothing is to run. */
export type OfferQuestion = Omit<RouteQuestion, 'sequenceTokens' | 'cells'> &
  Partial<Pick<RouteQuestion, 'sequenceTokens' | 'cells'>>;

/**
 * Is shown every shard, and how its peer can be reached. There may be ten thousand, so nothing is allocated for one
 * before it is of interest.
 */
type ShardVisitor = (host: Host, shard: RecordedShard, reach: Reach, isBelieved: boolean) => void;

/** The wanted shards of peers that the rules allow, that are serving and can be reached. */
export function visitShards(
  question: OfferQuestion,
  rules: RouteRules,
  isWanted: (shard: RecordedShard) => boolean,
  visit: ShardVisitor,
): void {
  const { model, self, excluded, ownMachines } = question;
  // The last ones are the quickest to judge by, and leave few peers to the others.
  const peerRules = rulesForPeers(question, rules).toReversed();
  const isOfModel = ({ manifestId, lastLayer }: RecordedShard): boolean =>
    manifestId === model.manifestId && lastLayer < model.layers;
  if (!excluded.has(self)) {
    const here = { peer: self };
    for (const shard of question.ownShards) {
      if (isOfModel(shard) && isWanted(shard)) {
        visit(here, shard, 'own', true);
      }
    }
  }
  for (const known of question.peers) {
    const { peer, record, connected } = known;
    const isUsable =
      record.state === 'serving' && (connected || record.addresses.length > 0) && peer !== self;
    if (!isUsable || excluded.has(peer) || !peerRules.every((rule) => rule.allows(known))) {
      continue;
    }
    for (const shard of record.shards) {
      if (isOfModel(shard) && isWanted(shard)) {
        visit(known, shard, known, ownMachines?.has(peer) === true);
      }
    }
  }
}

const isAny = (): boolean => true;

/**
 * All offers that the rules allow: for each shard all of its layers, and the first ones up to each joint. They are many;
 * a search for a chain needs few of them, see ChainSearch.
 */
export function collectOffers(question: OfferQuestion, rules: RouteRules): Offer[] {
  const offers: Offer[] = [];
  const uses = new ShardUses(question, rules);
  const joints = new Joints(question.model.layers);
  question.peers.forEach(({ record }) => record.shards.forEach(noteJoint));
  question.ownShards.forEach(noteJoint);
  visitShards(question, rules, isAny, (host, shard, reach, isBelieved) => {
    const used = { host, shard, reach, isBelieved };
    const freshMs = uses.freshMs(shard, reach, isBelieved);
    const lastAllowed = uses.lastAllowed(shard, reach);
    const isDivisible = uses.canBeCut(host, reach);
    const nextEnd = (layer: number): number => joints.nextEnd(layer, shard.lastLayer);
    let last = isDivisible ? nextEnd(shard.firstLayer) : shard.lastLayer;
    while (last <= lastAllowed) {
      const costMs = uses.costMs(used, last, freshMs);
      offers.push(toOffer(host, shard, last, costMs, question.operators, isDivisible));
      last = nextEnd(last + 1);
    }
  });
  return offers;

  function noteJoint({ manifestId, firstLayer }: RecordedShard): void {
    if (manifestId === question.model.manifestId) {
      joints.note(firstLayer);
    }
  }
}

export function toOffer(
  { peer, reputation }: Host,
  shard: RecordedShard,
  lastLayer: number,
  costMs: number,
  operators: OfferQuestion['operators'],
  isDivisible: boolean,
): Offer {
  return {
    peer,
    operator: operators?.get(peer) ?? peer,
    shard,
    layers: { firstLayer: shard.firstLayer, lastLayer },
    costMs,
    isDistrusted: isDistrusted(reputation),
    isDivisible,
  };
}

/** The rules that concern one peer alone. The own machines are everywhere, in every pool, and free. */
export function rulesForPeers(question: OfferQuestion, rules: RouteRules): PeerRule[] {
  const { ownMachines, poolMembers } = question;
  const isOwn = (peer: string): boolean => ownMachines?.has(peer) === true;
  const list: PeerRule[] = [];
  if (rules.ownMachinesOnly) {
    list.push({ words: 'among your own machines', allows: ({ peer }) => isOwn(peer) });
  }
  if (rules.poolOnly) {
    list.push({
      words: 'in your pools',
      allows: ({ peer }) => poolMembers?.has(peer) === true || isOwn(peer),
    });
  }
  const countries = allowedCountries(rules.regions);
  if (countries !== undefined) {
    list.push({
      words: `in the regions ${rules.regions.join(', ')}`,
      allows: ({ peer, record }) => countries.has(record.region ?? '') || isOwn(peer),
    });
  }
  const { priceCeiling } = rules;
  if (priceCeiling !== undefined) {
    list.push({
      words: `for a price of ${priceCeiling} or less`,
      allows: ({ peer, record }) => (record.price ?? 0) <= priceCeiling || isOwn(peer),
    });
  }
  return list;
}

/** Whether the shard can take the session now and hold all of it. */
export function hasRoom(
  shard: RecordedShard,
  { sequenceTokens, cells }: Pick<RouteQuestion, 'sequenceTokens' | 'cells'>,
): boolean {
  return (
    shard.freeSessions > 0 &&
    (shard.freeCells ?? shard.contextLength) >= sequenceTokens &&
    shard.contextLength >= cells
  );
}
