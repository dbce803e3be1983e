/** What one more stage adds to every token, in milliseconds, judged by what its peer says and we measured. */
import type { RecordedShard } from '../mesh/records/record.ts';
import { layerCount } from '../../../src-shared/layers.ts';

export type Reach =
  | 'own'
  | {
      readonly connected: boolean;
      /** Round trip; undefined before the first ping. */
      readonly latencyMs: number | undefined;
      readonly relayed?: boolean;
      /** 0 to 1; absent: 1. */
      readonly reputation?: number;
      /** Tokens a second of whole models, as this node measured them: by manifest id. */
      readonly measured?: ReadonlyMap<string, number>;
    };

/** What a stage has to do for one answer. */
export type StageWork = {
  readonly promptTokens: number;
  /** Of these, tokens that the stage has in its cache already. */
  readonly cachedTokens: number;
  readonly answerTokens: number;
};

/** Round trip to a connected peer that no ping has measured yet. */
const unmeasuredLatencyMs = 60;
/** On top for a peer that must be dialled first, and may be gone: only used where nothing better is. */
const unconnectedPenaltyMs = 250;
/**
 * On top for a peer behind a relay: our ping has measured our own way to it, but the stages beside it
 * reach it over the relay as well, and relays share what little they carry.
 */
const relayPenaltyMs = 40;
/** What each stage adds to a token beside its hop and its computing: frames, wake-ups, and one more that may fail. */
const stageOverheadMs = 5;
/** A whole model's decode speed where a shard has not served a token yet, in tokens a second. */
const assumedTokensPerSecond = 20;
/** How much faster than decoding a prompt is read where it was not measured. */
const assumedPrefillGain = 10;
/**
 * The most that a stranger's word about its own speed is worth until it was measured: a whole model's decode speed in
 * tokens a second, and how much faster a prompt is read. Anybody can claim more, and would be asked first for it.
 */
const mostClaimedTokensPerSecond = 100;
const mostClaimedPrefillGain = 100;
/** Answers seldom take all the tokens that they may: a prompt's time is spread over this many at most. */
const expectedAnswerTokens = 256;
/** Below this a peer's reputation makes no difference any more. */
const leastReputation = 0.05;

/**
 * Hop, computing, queue and prompt of one stage per token of the answer. `layers` is the model's count. A
 * shard with all but one session taken counts as nearly twice as slow as an idle one; a peer that failed
 * every second time, as one that needs every token twice.
 *
 * Every hop is priced by our own latency to the peer: what lies between two peers is not known to us.
 *
 * @param isBelieved the machine is the owner's, so that its word about its speed is good
 */
export function stageCostMs(
  shard: RecordedShard,
  layers: number,
  reach: Reach,
  work?: StageWork,
  isBelieved = reach === 'own',
): number {
  const share = layerCount(shard) / layers;
  const claimedMs =
    shard.tokensPerSecond > 0
      ? 1000 / shard.tokensPerSecond
      : (share * 1000) / assumedTokensPerSecond;
  const measured =
    reach !== 'own' && share === 1 ? reach.measured?.get(shard.manifestId) : undefined;
  const leastMs = isBelieved ? 0 : (share * 1000) / (measured ?? mostClaimedTokensPerSecond);
  const computeMs = Math.max(claimedMs, leastMs);
  const free = Math.min(shard.freeSessions, shard.maxSessions) / shard.maxSessions;
  const leastPromptMs = isBelieved ? 0 : computeMs / mostClaimedPrefillGain;
  const promptMs = work === undefined ? 0 : promptCostMs(shard, computeMs, leastPromptMs, work);
  const spentMs = (computeMs + promptMs) * (2 - free);
  return fixedCostMs(reach) + spentMs / standingOf(reach);
}

/** The part of a stage's cost that does not depend on how many layers it computes: hop and overhead. */
export function fixedCostMs(reach: Reach): number {
  return (hopMs(reach) + stageOverheadMs) / standingOf(reach);
}

/** The time to read the part of the prompt that the stage does not hold, spread over the answer. */
function promptCostMs(
  shard: RecordedShard,
  computeMs: number,
  leastMs: number,
  work: StageWork,
): number {
  const { promptTokens, cachedTokens, answerTokens } = work;
  const measured = shard.prefillTokensPerSecond ?? 0;
  const claimedMs = measured > 0 ? 1000 / measured : computeMs / assumedPrefillGain;
  const perTokenMs = Math.max(claimedMs, leastMs);
  const spread = Math.max(1, Math.min(answerTokens, expectedAnswerTokens));
  return (Math.max(0, promptTokens - cachedTokens) * perTokenMs) / spread;
}

function standingOf(reach: Reach): number {
  return reach === 'own' ? 1 : Math.max(leastReputation, reach.reputation ?? 1);
}

function hopMs(reach: Reach): number {
  if (reach === 'own') {
    return 0;
  }
  const oneWay = (reach.latencyMs ?? unmeasuredLatencyMs) / 2;
  const relay = reach.relayed === true ? relayPenaltyMs : 0;
  return oneWay + relay + (reach.connected ? 0 : unconnectedPenaltyMs);
}
