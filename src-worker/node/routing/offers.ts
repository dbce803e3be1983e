/**
 * Every stage that a request might use: one pass over the peers that are known to host its model. A shard may be used
 * for the first of its layers alone, where its peer speaks so, if another one goes on behind them: shards that
 * overlap find together, and the stages to choose from stay few.
 */
import { beginsModel, endsModel, isSameRange } from '../../../src-shared/layers.ts';
import type { LayerRange } from '../../../src-shared/model.ts';
import { allowedCountries, type RouteRules } from '../../../src-shared/route-rules.ts';
import { hasFeature, layerPrefix } from '../../wire/speaks.ts';
import type { KnownPeer, PeerRecord, RecordedShard } from '../mesh/records/record.ts';
import { Joints } from './joints.ts';
import type { PrefixHolder, RouteQuestion } from './route-question.ts';
import { fixedCostMs, type Reach, stageCostMs, type StageWork } from './stage-cost.ts';
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
};

/** A rule that leaves some peers out, with the words that a person is told: "none {words}". */
export type PeerRule = {
  readonly words: string;
  readonly allows: (known: KnownPeer) => boolean;
};

/** What offers are judged by; an answer's lengths are absent where nothing is to run. */
export type OfferQuestion = Omit<RouteQuestion, 'sequenceTokens' | 'cells'> &
  Partial<Pick<RouteQuestion, 'sequenceTokens' | 'cells'>>;

/** Is shown every shard, and how its peer can be reached. */
type ShardVisitor = (host: Host, shard: RecordedShard, reach: Reach, isBelieved: boolean) => void;

/**
 * Is shown every offer: the shard, the last of its layers that is used, and what that costs. There may be ten
 * thousand shards, so nothing is allocated for an offer before it is of interest.
 */
export type OfferVisitor = (
  host: Host,
  shard: RecordedShard,
  lastLayer: number,
  costMs: number,
) => void;

/** The wanted shards of peers that the rules allow, that are serving and can be reached. */
export function visitShards(
  question: OfferQuestion,
  rules: RouteRules,
  isWanted: (shard: RecordedShard) => boolean,
  visit: ShardVisitor,
): void {
  const { model, self, excluded, ownMachines } = question;
  const peerRules = rulesForPeers(question, rules);
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

/** What a shard can be used for: all of its layers, or the first ones up to each joint. */
export class ShardUses {
  readonly #layers: number;
  readonly #outerAtHome: boolean;
  readonly #joints: Joints;
  readonly #work: StageWork | undefined;
  readonly #cached: ReadonlyMap<string, readonly PrefixHolder[]>;

  /** @param ends last layers of the chains that are searched for, where they do not end with the model */
  constructor(question: OfferQuestion, rules: RouteRules, ends: readonly number[] = []) {
    this.#layers = question.model.layers;
    this.#outerAtHome = rules.keepOuterLayersAtHome;
    this.#joints = new Joints(question, ends);
    this.#work = workOf(question);
    this.#cached = Map.groupBy(question.prefixHolders ?? [], ({ peer }) => peer);
  }

  visit(
    host: Host,
    shard: RecordedShard,
    reach: Reach,
    isBelieved: boolean,
    visit: OfferVisitor,
  ): void {
    const { firstLayer, lastLayer } = shard;
    const mayBeOuter = reach === 'own' || !this.#outerAtHome;
    if (!mayBeOuter && beginsModel(shard)) {
      return;
    }
    const mayEnd = mayBeOuter || !endsModel(shard, this.#layers);
    const canBeCut = reach === 'own' || hasFeature(host.record?.speaks, layerPrefix);
    const holders = this.#cached.get(host.peer);
    const freshMs = this.#costMs(shard, reach, isBelieved, 0);
    const fixedMs = fixedCostMs(reach);
    let last = canBeCut ? Math.min(this.#joints.from(firstLayer), lastLayer) : lastLayer;
    while (last <= lastLayer) {
      if (last < lastLayer || mayEnd) {
        const cachedTokens = cachedBy(holders, firstLayer, last);
        const allMs =
          cachedTokens === 0 ? freshMs : this.#costMs(shard, reach, isBelieved, cachedTokens);
        // Computing, queue and prompt take less time by as many layers as are left out.
        const share = (last - firstLayer + 1) / (lastLayer - firstLayer + 1);
        visit(host, shard, last, share === 1 ? allMs : fixedMs + (allMs - fixedMs) * share);
      }
      last = last === lastLayer ? last + 1 : Math.min(this.#joints.from(last + 1), lastLayer);
    }
  }

  #costMs(shard: RecordedShard, reach: Reach, isBelieved: boolean, cachedTokens: number): number {
    const work =
      cachedTokens === 0 || this.#work === undefined ? this.#work : { ...this.#work, cachedTokens };
    return stageCostMs(shard, this.#layers, reach, work, isBelieved);
  }
}

const isAny = (): boolean => true;

/** All offers that the rules allow. */
export function collectOffers(question: OfferQuestion, rules: RouteRules): Offer[] {
  const offers: Offer[] = [];
  const uses = new ShardUses(question, rules);
  const add: OfferVisitor = (host, shard, lastLayer, costMs) => {
    offers.push(toOffer(host, shard, lastLayer, costMs, question.operators));
  };
  visitShards(question, rules, isAny, (host, shard, reach, isBelieved) =>
    uses.visit(host, shard, reach, isBelieved, add),
  );
  return offers;
}

export function toOffer(
  { peer, reputation }: Host,
  shard: RecordedShard,
  lastLayer: number,
  costMs: number,
  operators: OfferQuestion['operators'],
): Offer {
  return {
    peer,
    operator: operators?.get(peer) ?? peer,
    shard,
    layers: { firstLayer: shard.firstLayer, lastLayer },
    costMs,
    isDistrusted: isDistrusted(reputation),
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

/** What a stage has to do for the answer, of which it has nothing yet. */
function workOf({ sequenceTokens, cells }: OfferQuestion): StageWork | undefined {
  return sequenceTokens === undefined || cells === undefined
    ? undefined
    : { promptTokens: sequenceTokens, cachedTokens: 0, answerTokens: cells - sequenceTokens };
}

/** Tokens that a peer has in its cache of exactly these layers. */
function cachedBy(
  holders: readonly PrefixHolder[] | undefined,
  firstLayer: number,
  lastLayer: number,
): number {
  if (holders === undefined) {
    return 0;
  }
  const used = { firstLayer, lastLayer };
  return holders.find((holder) => isSameRange(holder, used))?.tokens ?? 0;
}
