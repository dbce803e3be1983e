/** Why there is no route, as one clause that a person can act on: missing layers, or the rule that leaves nobody. */
import { noRules } from '../../../src-shared/route-rules.ts';
import { cheapestChain } from './cheapest-chain.ts';
import { describeGaps, listLayers } from './missing-layers.ts';
import { collectOffers, type Offer, type OfferQuestion, rulesForPeers } from './offers.ts';

/** `offers` are those that the question's rules allow; they make no chain that the rules allow. */
export function explainNoRoute(question: OfferQuestion, offers: readonly Offer[]): string {
  const { model, self, rules = noRules } = question;
  const all = { firstLayer: 0, lastLayer: model.layers - 1, operators: 0 };
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
  const hostWords = hosts.size === 1 ? '1 peer hosts it' : `${hosts.size} peers host it`;
  for (const rule of peerRules) {
    if (!known.some((peer) => rule.allows(peer))) {
      return `${hostWords}, none ${rule.words}`;
    }
  }
  if (cheapestChain(offers, all) !== undefined) {
    return `no chain of peers for it has ${rules.leastOperators} separate operators, which this request asks for`;
  }
  const allowed = known.filter((peer) => peerRules.every((rule) => rule.allows(peer)));
  const words = peerRules.map((rule) => rule.words).join(' and ');
  const which = words === '' ? '' : `, ${allowed.length} of them ${words}`;
  return `${hostWords}${which}, but ${describeGaps(rangesOf(offers), model.layers, 'of those')}`;
}

/** Undefined where this machine hosts a shard with the first layer and one with the last. */
function missingAtHome(offers: readonly Offer[], question: OfferQuestion): string | undefined {
  const { model, self } = question;
  const last = model.layers - 1;
  const own = offers.filter(({ peer }) => peer === self);
  const missing = [
    ...(own.some(({ shard }) => shard.firstLayer === 0) ? [] : [0]),
    ...(own.some(({ shard }) => shard.lastLayer === last) ? [] : [last]),
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

function rangesOf(offers: readonly Offer[]): Offer['shard'][] {
  return offers.map(({ shard }) => shard);
}
