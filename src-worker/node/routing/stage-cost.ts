/** What one more stage adds to every token, in milliseconds, judged by what its peer says and we measured. */
import type { RecordedShard } from '../mesh/record.ts';

export type Reach = 'own' | { readonly connected: boolean; readonly latencyMs: number | undefined };

/** Round trip to a connected peer that no ping has measured yet. */
const unmeasuredLatencyMs = 60;
/** On top for a peer that must be dialled first, and may be gone: only used where nothing better is. */
const unconnectedPenaltyMs = 250;
/** A whole model's decode speed where a shard has not served a token yet, in tokens a second. */
const assumedTokensPerSecond = 20;

/**
 * Hop, computing and queue of one stage per token. `layers` is the model's count. A shard with all but
 * one session taken counts as nearly twice as slow as an idle one.
 */
export function stageCostMs(shard: RecordedShard, layers: number, reach: Reach): number {
  const share = (shard.lastLayer - shard.firstLayer + 1) / layers;
  const computeMs =
    shard.tokensPerSecond > 0
      ? 1000 / shard.tokensPerSecond
      : (share * 1000) / assumedTokensPerSecond;
  const free = Math.min(shard.freeSessions, shard.maxSessions) / shard.maxSessions;
  return hopMs(reach) + computeMs * (2 - free);
}

function hopMs(reach: Reach): number {
  if (reach === 'own') {
    return 0;
  }
  const oneWay = (reach.latencyMs ?? unmeasuredLatencyMs) / 2;
  return reach.connected ? oneWay : oneWay + unconnectedPenaltyMs;
}
