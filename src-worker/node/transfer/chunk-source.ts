/** A source for chunks of one model: a peer, a web server, or a file on this machine. */
import type { Bitmap } from './bitmap.ts';

export interface ChunkSource {
  /** Peer id, address or path, which is unique among the sources. */
  readonly id: string;
  readonly kind: 'file' | 'peer' | 'web';
  /** The chunks that the source claims to have; replaced by `refresh`. */
  readonly have: Bitmap;
  /** Most requests under way at once. */
  readonly parallel: number;
  /**
   * The unverified bytes of a chunk; undefined when the source does not have the chunk after all.
   * @throws AppError `peer-failed` or `protocol-violation` when the source is of no more use
   */
  fetch(chunk: number, signal: AbortSignal): Promise<Buffer<ArrayBuffer> | undefined>;
  /** A tensor's unverified leaves; undefined when the source does not know them. Errors as `fetch`. */
  leaves(tensor: number, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** Updates `have`. Errors as `fetch`. */
  refresh(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
