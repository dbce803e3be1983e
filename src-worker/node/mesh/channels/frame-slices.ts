/**
 * Cuts a frame into contiguous buffers for a connection that several channels share: a small frame is one buffer, which
 * takes one write; a large one is many, so that frames of other channels can pass between them.
 */
import { encodeFrame } from '../../../wire/frame.ts';

/**
 * Largest slice, in bytes. A reader's event loop and a connection's write queue are blocked by at most one
 * slice per channel; at 300 MB/s that is a fifth of a millisecond.
 */
export const sliceBytes = 64 * 1024;

/** Yields copies of header and parts, so that the parts may change once the last slice was taken. */
export function* sliceFrame(kind: number, parts: readonly Uint8Array[]): Generator<Buffer> {
  const pieces = encodeFrame(kind, ...parts);
  let left = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  let piece = 0;
  let offset = 0;
  while (left > 0) {
    const slice = Buffer.allocUnsafe(Math.min(sliceBytes, left));
    for (let filled = 0; filled < slice.byteLength;) {
      const source = pieces[piece] ?? slice.subarray(0, 0);
      const end = Math.min(source.byteLength, offset + slice.byteLength - filled);
      slice.set(source.subarray(offset, end), filled);
      filled += end - offset;
      offset = end;
      if (offset === source.byteLength) {
        piece += 1;
        offset = 0;
      }
    }
    left -= slice.byteLength;
    yield slice;
  }
}
