/**
 * Every stage that a request might use, from one pass over the peers that host its model. If its peer supports that, a
 * shard may be used for its first layers alone, where another shard begins after them: so shards that overlap can form a
 * chain, and the stages to choose from stay few.
 */
import type { LayerRange } from '../../../src-shared/model.ts';
import { allowedCountries, type RouteRules } from '../../../src-shared/route-rules.ts';
import type { KnownPeer, PeerRecord, RecordedShard } from '../mesh/records/record.ts';
import { Joints } from './joints.ts';
import type { RouteQuestion } from './route-question.ts';
import { ShardUses } from './shard-uses.ts';
import type { Reach } from './stage-cost.ts';
import { isDistrusted } from '../trust/reputation.ts';

/** The peer that hosts a shard: a known peer, or this machine. */
export type Host = {
  readonly peer: string;
  readonly reputation?: number;
  readonly record?: Pick<PeerRecord, 'speaks'>;
};

/** A stage that a route could use. */
export type Offer = {
  readonly peer: string;
  /** The operator of the peer, for rules that count separate operators. */
  readonly operator: string;
  readonly shard: RecordedShard;
  /** The layers of the shard that would be used: all, or the first ones. */
  readonly layers: LayerRange;
  readonly costMs: number;
  /** The reputation of its peer is so low that the offer is used only where no other exists. */
  readonly isDistrusted: boolean;
  /** Its peer can also compute fewer of these layers, for no higher cost. */
  readonly isDivisible: boolean;
};

/** A rule that leaves some peers out, with its words for the user: "none {words}". */
export type PeerRule = {
  readonly words: string;
  readonly allows: (known: KnownPeer) => boolean;
};

/** The question by which offers are judged; the answer's lengths are absent where no answer is to run. */
export type OfferQuestion = Omit<RouteQuestion, 'sequenceTokens' | 'cells'> &
  Partial<Pick<RouteQuestion, 'sequenceTokens' | 'cells'>>;

/**
 * Called with every shard and how its peer can be reached. There may be ten thousand shards, so a visitor allocates nothing
 * for one that it skips.
 */
type ShardVisitor = (host: Host, shard: RecordedShard, reach: Reach, isBelieved: boolean) => void;

/** Visits the model's shards on peers that the rules allow, that are serving and that can be reached. */
export function visitShards(
  question: OfferQuestion,
  rules: RouteRules,
  isWanted: (shard: RecordedShard) => boolean,
  visit: ShardVisitor,
): void {
  const { model, self, excluded, ownMachines } = question;
  // The last rules are the quickest to check, and leave few peers to the others.
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
 * All offers that the rules allow: for each shard, all of its layers and its first layers up to each joint. These are many;
 * to find a chain, ChainSearch looks at few of them.
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

/** The rules that concern single peers. The owner's machines count as in every region and pool, and as free. */
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

/** Whether the shard has room for the session now and for all of its tokens. */
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
