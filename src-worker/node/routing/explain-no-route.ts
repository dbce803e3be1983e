/** Explains why there is no route, in one clause that a user can act on: the missing layers, or the rule that leaves no peer. */
import type { LayerRange } from '../../../src-shared/model.ts';
import { noRules } from '../../../src-shared/route-rules.ts';
import { shortName } from '../identity/peer-name.ts';
import { cheapestChain } from './cheapest-chain.ts';
import { describeGaps, listLayers } from './missing-layers.ts';
import type { KnownPeer } from '../mesh/records/record.ts';
import {
  collectOffers,
  type Offer,
  type OfferQuestion,
  type PeerRule,
  rulesForPeers,
} from './offers.ts';
import { allLayers, beginsModel } from '../../../src-shared/layers.ts';

/** Most peers that a sentence names; it counts the others. */
const mostNamed = 3;

/** `offers`: all that the question's rules allow, of which no allowed chain can be made. */
export function explainNoRoute(question: OfferQuestion, offers: readonly Offer[]): string {
  const { model, self, rules = noRules } = question;
  const all = { ...allLayers(model.layers), operators: 0 };
  const hosting = collectOffers(question, noRules);
  if (cheapestChain(hosting, all) === undefined) {
    return describeGaps(rangesOf(hosting), model.layers);
  }
  if (rules.keepOuterLayersAtHome) {
    const missing = missingAtHome(offers, question);
    if (missing !== undefined) {
      return missing;
    }
  }
  const hosts = new Set(hosting.map(({ peer }) => peer));
  hosts.delete(self);
  const known = question.peers.filter(({ peer }) => hosts.has(peer));
  const peerRules = rulesForPeers(question, rules);
  if (cheapestChain(offers, all) !== undefined) {
    const asOne = countedAsOne(hosting, question);
    return `no chain of peers for it has ${rules.leastOperators} separate operators${asOne}${leftOut(known, peerRules)}`;
  }
  const hostWords = hosts.size === 1 ? '1 peer hosts it' : `${hosts.size} peers host it`;
  for (const rule of peerRules) {
    if (!known.some((peer) => rule.allows(peer))) {
      return `${hostWords}, none ${rule.words}${leftOut(known, peerRules)}`;
    }
  }
  const allowed = known.filter((peer) => peerRules.every((rule) => rule.allows(peer)));
  const words = peerRules.map((rule) => rule.words).join(' and ');
  const which = words === '' ? '' : `, ${allowed.length} of them ${words}`;
  const gaps = describeGaps(rangesOf(offers), model.layers, 'of those');
  return `${hostWords}${which}, but ${gaps}${leftOut(known, peerRules)}`;
}

/** The peers that each rule leaves out: "; not in the regions EU: …1, …2 and 3 more". */
function leftOut(known: readonly KnownPeer[], rules: readonly PeerRule[]): string {
  return rules
    .map(({ words, allows }) => {
      const out = known.filter((peer) => !allows(peer)).map(({ peer }) => peer);
      return out.length === 0 ? '' : `; not ${words}: ${listPeers(out)}`;
    })
    .join('');
}

/** The hosts that count as one operator: "; …1 and …2 count as one". */
function countedAsOne(hosting: readonly Offer[], { self }: OfferQuestion): string {
  const groups = Map.groupBy(hosting, ({ operator }) => operator);
  return [...groups.values()]
    .map((offers) => [...new Set(offers.map(({ peer }) => peer))])
    .filter((peers) => peers.length > 1)
    .slice(0, mostNamed)
    .map((peers) => `; ${listPeers(peers, self)} count as one`)
    .join('');
}

function listPeers(peers: readonly string[], self?: string): string {
  const named = peers
    .toSorted()
    .slice(0, mostNamed)
    .map((peer) => (peer === self ? 'this machine' : shortName(peer)))
    .join(', ');
  return peers.length > mostNamed ? `${named} and ${peers.length - mostNamed} more` : named;
}

/** The outer layers that this machine does not host, where they must stay here; undefined where it hosts both. */
function missingAtHome(offers: readonly Offer[], question: OfferQuestion): string | undefined {
  const { model, self } = question;
  const last = model.layers - 1;
  const own = offers.filter(({ peer }) => peer === self);
  const missing = [
    ...(own.some(({ layers }) => beginsModel(layers)) ? [] : [0]),
    ...(own.some(({ layers }) => layers.lastLayer === last) ? [] : [last]),
  ];
  if (missing.length === 0) {
    return undefined;
  }
  const ranges = missing.map((layer) => ({ firstLayer: layer, lastLayer: layer }));
  return (
    `the first and the last layer are to stay on this machine, which does not host ` +
    `layer ${listLayers(ranges, ' and ')} of its ${model.layers}`
  );
}

/** For each shard, the longest range of layers that may be used. */
function rangesOf(offers: readonly Offer[]): LayerRange[] {
  const most = new Map<Offer['shard'], LayerRange>();
  for (const { shard, layers } of offers) {
    if (layers.lastLayer >= (most.get(shard)?.lastLayer ?? 0)) {
      most.set(shard, layers);
    }
  }
  return [...most.values()];
}
