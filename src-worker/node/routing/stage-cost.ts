/** The cost that one more stage adds to every token, in milliseconds, from its peer's record and this node's measurements. */
import type { RecordedShard } from '../mesh/records/record.ts';
import { layerCount } from '../../../src-shared/layers.ts';

export type Reach =
  | 'own'
  | {
      readonly connected: boolean;
      /** Round-trip time; undefined before the first ping. */
      readonly latencyMs: number | undefined;
      readonly relayed?: boolean;
      /** 0 to 1; absent: 1. */
      readonly reputation?: number;
      /** Speed with whole models as this node measured it: manifest id → tokens a second. */
      readonly measured?: ReadonlyMap<string, number>;
    };

/** The load of one answer on a stage. */
export type StageLoad = {
  readonly promptTokens: number;
  /** How many of these the stage has cached. */
  readonly cachedTokens: number;
  readonly answerTokens: number;
};

/** Assumed round-trip time to a connected peer that no ping has measured yet, in milliseconds. */
const unmeasuredLatencyMs = 60;
/** Added for a peer that must be dialled first and may be gone, so that it is used only where no better one exists. */
const unconnectedPenaltyMs = 250;
/**
 * Added for a peer behind a relay. The ping has measured this node's own path to it, but the neighbouring stages reach it
 * over the relay too, and a relay's users share its small bandwidth.
 */
const relayPenaltyMs = 40;
/** Added for each stage beside its hop and its computing: frames, wake-ups, and the risk that one more stage fails. */
const stageOverheadMs = 5;
/** Assumed decode speed of a whole model where a shard has served no token yet, in tokens a second. */
const assumedTokensPerSecond = 20;
/** Assumed ratio of prefill speed to decode speed where none was measured. */
const assumedPrefillGain = 10;
/**
 * The highest speed that a stranger's record is believed until this node has measured it: the decode speed of a whole model
 * in tokens a second, and the ratio of prefill to decode speed. Without this bound, peers could attract questions by claims.
 */
const mostClaimedTokensPerSecond = 100;
const mostClaimedPrefillGain = 100;
/** Most tokens over which a prompt's time is spread: answers seldom take all the tokens that they may. */
const expectedAnswerTokens = 256;
/** A reputation below this counts as this. */
const leastReputation = 0.05;

/**
 * The cost of one stage per token of the answer: hop, computing, queue and prompt. `layers` is the model's count. A shard
 * with all but one session taken counts as nearly twice as slow as an idle one; a peer that failed every second time counts
 * as if it computed every token twice.
 *
 * Every hop is priced by this node's own latency to the peer, since it does not know the latency between two peers.
 *
 * @param isBelieved the machine is the owner's, so its claims about its speed are believed
 */
export function stageCostMs(
  shard: RecordedShard,
  layers: number,
  reach: Reach,
  load?: StageLoad,
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
  const promptMs = load === undefined ? 0 : promptCostMs(shard, computeMs, leastPromptMs, load);
  const spentMs = (computeMs + promptMs) * (2 - free);
  return fixedCostMs(reach) + spentMs / standingOf(reach);
}

/** The part of a stage's cost that does not depend on how many layers it computes: hop and overhead. */
export function fixedCostMs(reach: Reach): number {
  return (hopMs(reach) + stageOverheadMs) / standingOf(reach);
}

/** The time to prefill the part of the prompt that the stage has not cached, spread over the answer. */
function promptCostMs(
  shard: RecordedShard,
  computeMs: number,
  leastMs: number,
  load: StageLoad,
): number {
  const { promptTokens, cachedTokens, answerTokens } = load;
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
