/** Where chunks of one model come from: a peer, a web server, or a file on this machine. */
import type { Bitmap } from './bitmap.ts';

export interface ChunkSource {
  /** Peer id, address or path: differs from that of every other source. */
  readonly id: string;
  readonly kind: 'file' | 'peer' | 'web';
  /** What it says it has; replaced by `refresh`. */
  readonly have: Bitmap;
  /** Requests that may be under way at once. */
  readonly parallel: number;
  /**
   * The bytes of a chunk it has, not checked yet; undefined when it does not have the chunk after all.
   * @throws AppError `peer-failed` or `protocol-violation` when the source is of no more use
   */
  fetch(chunk: number, signal: AbortSignal): Promise<Buffer<ArrayBuffer> | undefined>;
  /** A tensor's leaves, not checked yet; undefined when it does not know them. Errors as `fetch`. */
  leaves(tensor: number, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** Asks again what it has. Errors as `fetch`. */
  refresh(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
