/** What this node has of its models, for peers that ask for it. */
import type { Bitmap } from './bitmap.ts';
import type { ChunkMap } from './chunk-map.ts';

export interface ChunkSupply {
  /** Undefined for a model that this node has no bytes of. Close what is opened. @throws AppError */
  open(manifestId: string): Promise<SuppliedModel | undefined>;
}

export interface SuppliedModel {
  readonly map: ChunkMap;
  /** What is here now. */
  have(): Promise<Bitmap>;
  /** Undefined when the leaves of this tensor are not known. */
  leaves(tensor: number): Promise<Uint8Array | undefined>;
  /** The right bytes, or undefined when they are not here (any more). */
  read(chunk: number): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}
