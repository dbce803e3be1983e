/**
 * A SHA-256 tree over a tensor's bytes, so that every megabyte can be verified by itself before it is stored:
 *
 *   leaf    SHA-256 of the next 1 MiB; the last piece may be shorter
 *   node    SHA-256 of its two children, one after the other; a node without a neighbour moves up unchanged
 *
 * The manifest has the root and the size of every tensor. The size fixes the shape of the tree, so a node cannot pass for a
 * leaf. Leaves (32 bytes a megabyte) are sent separately and accepted when they give the root.
 */
import { createHash, type Hash, webcrypto } from 'node:crypto';

export const chunkBytes = 1024 * 1024;

/** Bytes of one hash. */
export const hashBytes = 32;

/** The number of chunks in `size` bytes. */
export function chunkCount(size: number): number {
  return Math.ceil(size / chunkBytes);
}

/** Hashes a tensor that arrives in pieces of any size. */
export class ChunkHasher {
  readonly #leaves: Buffer[] = [];
  #hash: Hash | undefined;
  #filled = 0;

  update(piece: Uint8Array): void {
    for (let done = 0; done < piece.byteLength;) {
      const end = Math.min(piece.byteLength, done + chunkBytes - this.#filled);
      this.#hash ??= createHash('sha256');
      this.#hash.update(piece.subarray(done, end));
      this.#filled += end - done;
      done = end;
      if (this.#filled === chunkBytes) {
        this.#endLeaf();
      }
    }
  }

  /** All leaves, one after the other. */
  finish(): Buffer {
    this.#endLeaf();
    return Buffer.concat(this.#leaves);
  }

  #endLeaf(): void {
    if (this.#hash !== undefined) {
      this.#leaves.push(this.#hash.digest());
      this.#hash = undefined;
      this.#filled = 0;
    }
  }
}

/** The root over `leaves`, hashes one after the other, in hexadecimal. There must be at least one. */
export function treeRoot(leaves: Uint8Array): string {
  let level: Uint8Array[] = [];
  for (let offset = 0; offset < leaves.byteLength; offset += hashBytes) {
    level.push(leaves.subarray(offset, offset + hashBytes));
  }
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let index = 0; index < level.length; index += 2) {
      const [left, right] = level.slice(index, index + 2);
      if (left !== undefined) {
        above.push(right === undefined ? left : joined(left, right));
      }
    }
    level = above;
  }
  return Buffer.from(level[0] ?? []).toString('hex');
}

/** Whether this is the chunk with that leaf. Hashes in another thread, since a megabyte takes a millisecond. */
export async function isChunk(data: Uint8Array<ArrayBuffer>, leaf: Uint8Array): Promise<boolean> {
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', data)).equals(leaf);
}

function joined(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash('sha256').update(left).update(right).digest();
}
