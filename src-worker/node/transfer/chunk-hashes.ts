/**
 * The known leaves of a model's tensors: from the import, a file, or peers. Only leaves that give the manifest's root are
 * accepted.
 *
 * The file on disk has all leaves one after the other, with zeros where a tensor's are not known.
 */
import { readFile } from 'node:fs/promises';
import { writeAtomically } from '../../../src-shared/files/atomic-file.ts';
import type { ChunkMap } from './chunk-map.ts';
import { hashBytes, isChunk, treeRoot } from '../manifests/chunk-tree.ts';

export class ChunkHashes {
  readonly #map: ChunkMap;
  readonly #leaves: Buffer;
  /** Whether a tensor's leaves are known, by tensor; absent: not checked yet. */
  readonly #known = new Map<number, boolean>();

  constructor(map: ChunkMap) {
    this.#map = map;
    this.#leaves = Buffer.alloc(map.count * hashBytes);
    for (const [tensor, { root }] of map.manifest.tensors.entries()) {
      const { first, end } = map.chunksOf(tensor);
      if (end - first === 1) {
        // The root of a single chunk is its leaf.
        this.#leaves.write(root, first * hashBytes, 'hex');
      }
    }
  }

  /** Reads the file at `path`; a file that is missing or of another length counts as empty. */
  static async read(map: ChunkMap, path: string): Promise<ChunkHashes> {
    const hashes = new ChunkHashes(map);
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes?.byteLength === hashes.#leaves.byteLength) {
      hashes.#leaves.set(bytes);
    }
    return hashes;
  }

  async write(path: string): Promise<void> {
    await writeAtomically(path, async (handle) => {
      await handle.writeFile(this.#leaves);
    });
  }

  /** Whether the tensor's leaves are known and match the manifest. */
  knows(tensor: number): boolean {
    let known = this.#known.get(tensor);
    if (known === undefined) {
      known = this.#isRight(tensor, this.#slice(tensor));
      this.#known.set(tensor, known);
    }
    return known;
  }

  /** A tensor's leaves, one after the other; undefined when they are not known. */
  leavesOf(tensor: number): Buffer | undefined {
    return this.knows(tensor) ? this.#slice(tensor) : undefined;
  }

  /** Stores a tensor's leaves; returns false when they do not match the manifest. */
  add(tensor: number, leaves: Uint8Array): boolean {
    if (!this.#isRight(tensor, leaves)) {
      return false;
    }
    this.#slice(tensor).set(leaves);
    this.#known.set(tensor, true);
    return true;
  }

  /** Whether these are the bytes of that chunk; also false when its leaf is not known. */
  async isRight(chunk: number, data: Uint8Array<ArrayBuffer>): Promise<boolean> {
    const { tensor, length } = this.#map.placeOf(chunk);
    const leaf = this.#leaves.subarray(chunk * hashBytes, (chunk + 1) * hashBytes);
    return data.byteLength === length && this.knows(tensor) && (await isChunk(data, leaf));
  }

  #slice(tensor: number): Buffer {
    const { first, end } = this.#map.chunksOf(tensor);
    return this.#leaves.subarray(first * hashBytes, end * hashBytes);
  }

  #isRight(tensor: number, leaves: Uint8Array): boolean {
    const expected = this.#map.manifest.tensors[tensor];
    return (
      leaves.byteLength === this.#slice(tensor).byteLength && treeRoot(leaves) === expected?.root
    );
  }
}
