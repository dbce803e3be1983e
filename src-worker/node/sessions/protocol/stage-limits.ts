/**
 * How large stage messages may be: a reader allocates what a frame's header claims, so no peer may claim more than
 * the other end of this channel has a use for. Which message may come where is in message-table.ts.
 */
import { workHeaderBytes } from '../../../wire/work.ts';

/** Most tokens of one work frame, and most bytes of its values; the coordinator cuts prompts within both. */
export const maxWorkTokens = 512;
export const maxWorkBytes = 16 * 1024 * 1024;

/** Of the one message that is large: it may carry a grammar of 262,144 characters. */
export const maxOpenBytes = 512 * 1024;

/** Of a reason of 4096 characters, each of which may take six bytes of JSON. */
export const maxFailedBytes = 32 * 1024;
export const maxMessageBytes = 4096;

/** Tokens that an `open` may tell of; an answer that is longer and needs them cannot go on over another chain. */
export const mostHistory = 16_384;

export const tokensBytes = workHeaderBytes + maxWorkTokens * 4;

/** One token and its log-probabilities. */
export const sampledBytes = workHeaderBytes + 16 * 1024;

/** Hidden states of this width. */
export function hiddenBytes(width: number): number {
  return workHeaderBytes + Math.min(maxWorkBytes, maxWorkTokens * width * 4);
}
