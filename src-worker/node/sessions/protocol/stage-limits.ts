/**
 * What may come on a channel of the stage protocol, by what the channel is for: a reader allocates what a
 * frame's header claims, so nobody gets to claim more than the other end of this channel has a use for.
 */
import { isFedByLast, type StageRole } from '../../../wire/stage-role.ts';
import type { FrameLimits } from '../../../wire/frame.ts';
import { workHeaderBytes } from '../../../wire/work.ts';
import { retainBytes, mostHistoryBytes, progressBytes, stageKinds } from './stage-messages.ts';

/** Most tokens of one work frame, and most bytes of its values; whoever cuts a prompt keeps to both. */
export const maxWorkTokens = 512;
export const maxWorkBytes = 16 * 1024 * 1024;

/** Of the one message that is large: it may carry a grammar of 262,144 characters. */
export const maxOpenBytes = 512 * 1024;

/** Of a reason of 4096 characters, each of which may take six bytes of JSON. */
const maxFailedBytes = 32 * 1024;
const maxMessageBytes = 4096;
const tokensBytes = workHeaderBytes + maxWorkTokens * 4;
/** One token and its log-probabilities. */
const sampledBytes = workHeaderBytes + 16 * 1024;

/** To a stage, on a channel that has no session yet. */
export const newcomerLimits = limitsOf({
  open: maxOpenBytes,
  attach: maxMessageBytes,
  // By a stage that attached and failed before the session was there.
  failed: maxFailedBytes,
});

/** From a coordinator to a stage whose session is there. */
export const controlLimits = limitsOf({
  tokens: tokensBytes,
  alive: 0,
  retain: retainBytes,
  restoreHistory: mostHistoryBytes,
});

/** From a stage to its coordinator. */
export const answerLimits = limitsOf({
  opened: maxMessageBytes,
  sampled: sampledBytes,
  failed: maxFailedBytes,
  closed: maxMessageBytes,
  alive: progressBytes,
  restoreHistory: 0,
  draining: 0,
});

/** From the stage before, or from the last one to the first, to a stage with this role and width. */
export function inputLimits(role: StageRole, width: number): FrameLimits {
  const hidden = workHeaderBytes + Math.min(maxWorkBytes, maxWorkTokens * width * 4);
  const work = isFedByLast(role) ? { sampled: sampledBytes } : { hidden };
  return limitsOf({ ...work, failed: maxFailedBytes });
}

/** From a stage to the one before it. */
export const outputLimits = limitsOf({ failed: maxFailedBytes });

function limitsOf(bytes: { readonly [Name in keyof typeof stageKinds]?: number }): FrameLimits {
  const byKind = new Map<number, number>();
  for (const [name, kind] of Object.entries(stageKinds)) {
    const limit = bytes[name as keyof typeof stageKinds];
    if (limit !== undefined) {
      byKind.set(kind, limit);
    }
  }
  return (kind) => byKind.get(kind);
}
