/** Every shard that a request might use: one pass over the peers that are known to host its model. */
import { allowedCountries, type RouteRules } from '../../../src-shared/route-rules.ts';
import type { KnownPeer, RecordedShard } from '../mesh/records/record.ts';
import { stageCostMs, type StageWork } from './stage-cost.ts';
import type { RouteQuestion } from './route-question.ts';
import { isDistrusted } from '../trust/reputation.ts';
import { beginsModel, endsModel, isSameRange } from '../../../src-shared/layers.ts';

/** Whoever has a shard: a known peer, or this machine. */
export type Host = { readonly peer: string; readonly standing?: number };

/** A stage that could be. */
export type Offer = {
  readonly peer: string;
  /** The operator of the peer, for rules that count separate operators. */
  readonly operator: string;
  readonly shard: RecordedShard;
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

/** Is shown every offer. There may be ten thousand, so nothing is allocated for one before it is of interest. */
type OfferVisitor = (host: Host, shard: RecordedShard, costMs: number) => void;

/** The wanted shards that the rules allow, of peers that are serving and can be reached. */
export function visitOffers(
  question: OfferQuestion,
  rules: RouteRules,
  isWanted: (shard: RecordedShard) => boolean,
  visit: OfferVisitor,
): void {
  const { model, self, excluded, ownMachines } = question;
  const lastLayer = model.layers - 1;
  const peerRules = rulesForPeers(question, rules);
  const workFor = workOf(question);
  if (!excluded.has(self)) {
    const here = { peer: self };
    for (const shard of question.ownShards) {
      if (
        shard.manifestId === model.manifestId &&
        shard.lastLayer <= lastLayer &&
        isWanted(shard)
      ) {
        visit(here, shard, stageCostMs(shard, model.layers, 'own', workFor(self, shard)));
      }
    }
  }
  for (const known of question.peers) {
    const { peer, record, connected } = known;
    const isOwnMachine = ownMachines?.has(peer) === true;
    const isUsable =
      record.state === 'serving' && (connected || record.addresses.length > 0) && peer !== self;
    if (!isUsable || excluded.has(peer) || !peerRules.every((rule) => rule.allows(known))) {
      continue;
    }
    for (const shard of record.shards) {
      if (shard.manifestId !== model.manifestId || shard.lastLayer > lastLayer) {
        continue;
      }
      const isOuter = beginsModel(shard) || endsModel(shard, model.layers);
      if (!(rules.keepOuterLayersAtHome && isOuter) && isWanted(shard)) {
        const work = workFor(peer, shard);
        visit(known, shard, stageCostMs(shard, model.layers, known, work, isOwnMachine));
      }
    }
  }
}

/** The offers that `visitOffers` shows, of the shards that are wanted. */
export function collectOffers(
  question: OfferQuestion,
  rules: RouteRules,
  isWanted: (shard: RecordedShard) => boolean = () => true,
): Offer[] {
  const offers: Offer[] = [];
  visitOffers(question, rules, isWanted, (host, shard, costMs) => {
    offers.push(toOffer(host, shard, costMs, question.operators));
  });
  return offers;
}

export function toOffer(
  { peer, standing }: Host,
  shard: RecordedShard,
  costMs: number,
  operators: OfferQuestion['operators'],
): Offer {
  const operator = operators?.get(peer) ?? peer;
  return { peer, operator, shard, costMs, isDistrusted: isDistrusted(standing) };
}

/** The rules that look at one peer alone. The own machines are everywhere, in every pool, and free. */
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

function workOf(
  question: OfferQuestion,
): (peer: string, shard: RecordedShard) => StageWork | undefined {
  const { sequenceTokens, cells, prefixHolders } = question;
  if (sequenceTokens === undefined || cells === undefined) {
    return () => undefined;
  }
  const answerTokens = cells - sequenceTokens;
  const fresh: StageWork = { promptTokens: sequenceTokens, cachedTokens: 0, answerTokens };
  if (prefixHolders === undefined || prefixHolders.length === 0) {
    return () => fresh;
  }
  const byPeer = Map.groupBy(prefixHolders, ({ peer }) => peer);
  return (peer, shard) => {
    const held = byPeer.get(peer)?.find((holder) => isSameRange(holder, shard));
    return held === undefined ? fresh : { ...fresh, cachedTokens: held.tokens };
  };
}
