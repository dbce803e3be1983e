/**
 * A segment: consecutive tokens of one session, or their hidden states, on the way through a chain of shards. Its bytes are
 * the same on the engine's local link and between peers, so that a node forwards a body after rewriting eight bytes.
 *
 *   u32 session | u32 position | u32 count | u32 flags | u32 computeMicros | u32 detailBytes | values | detail
 *
 * `session` is the session's number on this link. `position` is the index of the first
 * of `count` tokens in the sequence; a shard whose cache is longer first truncates it to `position`. `values` are int32
 * token ids (tokens, sampled) or float32 hidden states of count × width (hidden).
 */
import { AppError } from '../../src-shared/errors.ts';

export const segmentHeaderBytes = 24;

/** Frame kinds of segments. JSON kinds of a link start at 16. */
export const segmentKinds = { tokens: 1, hidden: 2, sampled: 3 } as const;

/**
 * Bits of `flags`. Unknown bits are ignored; a bit that must not be ignored is only sent to peers that speak
 * it (speaks.ts).
 */
export const segmentFlags = {
  /** The last shard samples after the last token of this segment; otherwise it only fills its cache. */
  sample: 1,
  /** On `sampled`: the token ends the generation and is not shown. */
  endOfGeneration: 2,
  /**
   * With `sample`: the sampled token is not fed back; it only shows that all tokens before it are computed. This is for a
   * chain that prepares to take over an answer. The `sampled` frame has the flag too.
   */
  warmUp: 4,
  /**
   * Each token is computed in a batch of its own, as a generated token is when only one session runs, because the output
   * depends in the last bits on the number of tokens in a batch. Hidden states are sent in one frame, like the one received.
   */
  oneByOne: 8,
} as const;

export type Segment = {
  readonly session: number;
  readonly position: number;
  readonly count: number;
  readonly flags: number;
  /** Time that shards spent computing this segment, in microseconds; zero on input. */
  readonly computeMicros: number;
  /** The values' raw bytes: count × 4 for tokens, count × width × 4 for hidden states. */
  readonly values: Uint8Array;
  /** UTF-8 JSON in addition to the values (log probabilities); empty when there is none. */
  readonly detail: Uint8Array;
};

const empty = new Uint8Array(0);

/** The parts of a segment's body for `encodeFrame`. The values are not copied. */
export function encodeSegment(
  segment: Omit<Segment, 'detail'> & { detail?: Uint8Array },
): Uint8Array[] {
  const header = Buffer.allocUnsafe(segmentHeaderBytes);
  const detail = segment.detail ?? empty;
  header.writeUInt32LE(segment.session, 0);
  header.writeUInt32LE(segment.position, 4);
  header.writeUInt32LE(segment.count, 8);
  header.writeUInt32LE(segment.flags, 12);
  header.writeUInt32LE(segment.computeMicros, 16);
  header.writeUInt32LE(detail.byteLength, 20);
  return detail.byteLength === 0 ? [header, segment.values] : [header, segment.values, detail];
}

/**
 * Decodes a segment whose values take `bytesPerToken` bytes a token (4 for ids, width × 4 for hidden states).
 * @throws AppError `protocol-violation` when count, detail and length do not agree.
 */
export function decodeSegment(body: Buffer, bytesPerToken: number): Segment {
  if (body.byteLength < segmentHeaderBytes) {
    throw new AppError('protocol-violation', `A segment of ${body.byteLength} bytes is too short`);
  }
  const count = body.readUInt32LE(8);
  const detailBytes = body.readUInt32LE(20);
  const expected = segmentHeaderBytes + count * bytesPerToken + detailBytes;
  if (count === 0 || body.byteLength !== expected) {
    throw new AppError(
      'protocol-violation',
      `A segment of ${body.byteLength} bytes claims ${count} tokens, which take ${expected}`,
    );
  }
  const valuesEnd = body.byteLength - detailBytes;
  return {
    session: body.readUInt32LE(0),
    position: body.readUInt32LE(4),
    count,
    flags: body.readUInt32LE(12),
    computeMicros: body.readUInt32LE(16),
    values: body.subarray(segmentHeaderBytes, valuesEnd),
    detail: body.subarray(valuesEnd),
  };
}
