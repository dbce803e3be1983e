/**
 * How large stage messages may be. A reader allocates what a frame's header claims, so a peer may not claim more than a
 * message can need. message-table.ts says which message may come where.
 */
import { segmentHeaderBytes } from '../../../wire/segment.ts';

/** Most tokens of one segment, and most bytes of its values; the coordinator cuts prompts within both. */
export const maxSegmentTokens = 512;
export const maxSegmentBytes = 16 * 1024 * 1024;

/** Most bytes of `open`, the one large message: it may carry a grammar of 262,144 characters. */
export const maxOpenBytes = 512 * 1024;

/** Most bytes of `failed`: a reason of 4096 characters, each of which may take six bytes of JSON. */
export const maxFailedBytes = 32 * 1024;
export const maxMessageBytes = 4096;

/** Most tokens of a history. A longer answer that needs its history cannot move to another chain. */
export const mostHistory = 16_384;

export const tokensBytes = segmentHeaderBytes + maxSegmentTokens * 4;

/** Most bytes of one sampled token and its log-probabilities. */
export const sampledBytes = segmentHeaderBytes + 16 * 1024;

/** Most bytes of hidden states of this width. */
export function hiddenBytes(width: number): number {
  return segmentHeaderBytes + Math.min(maxSegmentBytes, maxSegmentTokens * width * 4);
}
