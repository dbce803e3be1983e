/** The chunks that this node has of its models, to serve them to peers. */
import type { Bitmap } from './bitmap.ts';
import type { ChunkMap } from './chunk-map.ts';

export interface ChunkSupply {
  /** Opens a model, which the caller must close; undefined when this node has no bytes of it. @throws AppError */
  open(manifestId: string): Promise<SuppliedModel | undefined>;
}

export interface SuppliedModel {
  readonly map: ChunkMap;
  /** The chunks that are here now. */
  have(): Promise<Bitmap>;
  /** The tensor's leaves; undefined when they are not known. */
  leaves(tensor: number): Promise<Uint8Array | undefined>;
  /** The verified bytes of a chunk; undefined when they are not here (any more). */
  read(chunk: number): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}
