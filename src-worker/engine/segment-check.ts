/** Checks segments from the link, so that they cannot make llama.cpp abort or affect other sessions. */
import { AppError } from '../../src-shared/errors.ts';
import type { Segment } from '../wire/segment.ts';

/**
 * @throws AppError `context-too-long` when the segment ends beyond the last position that fits into the cache
 */
export function checkPositions(segment: Segment, contextLength: number): void {
  if (segment.position + segment.count > contextLength) {
    throw new AppError(
      'context-too-long',
      `The session would have ${segment.position + segment.count} tokens; the context has room for ${contextLength}.`,
    );
  }
}

/** @throws AppError `request-invalid` when a token is not in the vocabulary */
export function checkTokens(segment: Segment, vocabularySize: number): void {
  const ids = words(segment.values, Int32Array);
  const bad = ids.find((id) => id < 0 || id >= vocabularySize);
  if (bad !== undefined) {
    throw new AppError(
      'request-invalid',
      `Token ${bad} is not in the vocabulary of ${vocabularySize} tokens.`,
    );
  }
}

/**
 * @throws AppError `protocol-violation` when a hidden state has infinities or NaNs: in a cache that sessions
 * share, they would spread to other sessions' answers
 */
export function checkHidden(segment: Segment): void {
  // Zero times a finite number is zero, and times any other value NaN. The loop is simple because it runs for every token.
  let spoiled = 0;
  for (const value of words(segment.values, Float32Array)) {
    spoiled += value * 0;
  }
  if (spoiled !== 0) {
    throw new AppError(
      'protocol-violation',
      'The hidden states have values that are not finite numbers.',
    );
  }
}

/** The values as numbers, without a copy where they are aligned, as they are in frames of `FrameReader`. */
function words<T>(
  bytes: Uint8Array,
  type: { new (buffer: ArrayBufferLike, offset: number, length: number): T },
): T {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes);
  return new type(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}
