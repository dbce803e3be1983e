import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChunkedManifest } from './manifest.ts';
import { Bitmap } from '../transfer/bitmap.ts';
import { ChunkHashes } from '../transfer/chunk-hashes.ts';
import { ChunkMap } from '../transfer/chunk-map.ts';
import { chunkBytes, chunkCount, ChunkHasher, hashBytes, isChunk, treeRoot } from './chunk-tree.ts';
import { temporaryFolder } from '../../../test/support/machine/temporary-folder.ts';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  parts.forEach((part) => hash.update(part));
  return hash.digest();
};

const hex = (bytes: Buffer): string => bytes.toString('hex');

function leavesOf(data: Buffer): Buffer {
  const hasher = new ChunkHasher();
  hasher.update(data);
  return hasher.finish();
}

function manifestOf(...tensors: readonly Buffer[]): ChunkedManifest {
  return {
    format: 2,
    name: 'Test',
    architecture: 'llama',
    layers: 1,
    width: 1,
    contextLength: 1,
    quantisation: 'I8',
    parametersSha256: '',
    tokenizerSha256: '',
    templateSha256: null,
    tensors: tensors.map((data, index) => ({
      name: `t${index}`,
      type: 'I8',
      shape: [data.byteLength],
      size: data.byteLength,
      root: treeRoot(leavesOf(data)),
    })),
  };
}

describe("a tensor's tree", () => {
  it('has the hash of every megabyte as a leaf, however the bytes are split', () => {
    const data = randomBytes(2 * chunkBytes + 5);
    const leaves = Buffer.concat([
      sha256(data.subarray(0, chunkBytes)),
      sha256(data.subarray(chunkBytes, 2 * chunkBytes)),
      sha256(data.subarray(2 * chunkBytes)),
    ]);
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: data.byteLength - 1 }), { maxLength: 5 });
    fc.assert(
      fc.property(cuts, (at) => {
        const hasher = new ChunkHasher();
        const edges = [0, ...at.toSorted((a, b) => a - b), data.byteLength];
        edges.slice(1).forEach((end, index) => hasher.update(data.subarray(edges[index], end)));
        expect(hasher.finish()).toEqual(leaves);
      }),
      { numRuns: 20 },
    );
  });

  it('hashes pairs of nodes, and moves one without a neighbour up unchanged', () => {
    const [a, b, c, d, e] = Array.from({ length: 5 }, () => randomBytes(hashBytes)) as [
      Buffer,
      Buffer,
      Buffer,
      Buffer,
      Buffer,
    ];
    expect(treeRoot(a)).toBe(hex(a));
    expect(treeRoot(Buffer.concat([a, b]))).toBe(hex(sha256(a, b)));
    expect(treeRoot(Buffer.concat([a, b, c]))).toBe(hex(sha256(sha256(a, b), c)));
    expect(treeRoot(Buffer.concat([a, b, c, d, e]))).toBe(
      hex(sha256(sha256(sha256(a, b), sha256(c, d)), e)),
    );
  });

  it('changes with every leaf and their order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.nat(), (count, pick) => {
        const leaves = randomBytes(count * hashBytes);
        const other = Buffer.from(leaves);
        const at = pick % leaves.byteLength;
        other.writeUInt8(other.readUInt8(at) ^ 1, at);
        const swapped = Buffer.concat([
          leaves.subarray(hashBytes, 2 * hashBytes),
          leaves.subarray(0, hashBytes),
          leaves.subarray(2 * hashBytes),
        ]);
        expect(new Set([leaves, other, swapped].map(treeRoot)).size).toBe(3);
      }),
    );
  });

  it('verifies a chunk and rejects every other', async () => {
    const data = randomBytes(1000);
    expect(await isChunk(Buffer.from(data), sha256(data))).toBe(true);
    expect(await isChunk(Buffer.from(data.subarray(1)), sha256(data))).toBe(false);
  });
});

describe('the numbers of chunks', () => {
  it('run through all tensors, and each belongs to one place', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 5 * chunkBytes }), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(sizes, (lengths) => {
        const manifest = manifestOf(Buffer.alloc(1));
        const map = new ChunkMap({
          ...manifest,
          tensors: lengths.flatMap((size) =>
            manifest.tensors.map((tensor) => ({ ...tensor, size })),
          ),
        });
        expect(map.count).toBe(lengths.reduce((sum, size) => sum + chunkCount(size), 0));
        const done = lengths.map(() => 0);
        for (let chunk = 0; chunk < map.count; chunk += 1) {
          const { tensor, offset, length } = map.placeOf(chunk);
          const { first, end } = map.chunksOf(tensor);
          expect(chunk >= first && chunk < end).toBe(true);
          expect(offset).toBe(done[tensor]);
          done[tensor] = offset + length;
        }
        expect(done).toEqual(lengths);
      }),
    );
  });

  it('are bounded: a model of more than a terabyte is refused', () => {
    const manifest = manifestOf(Buffer.alloc(1));
    const tensors = manifest.tensors.map((tensor) => ({ ...tensor, size: 2 ** 40 + 1 }));
    expect(() => new ChunkMap({ ...manifest, tensors })).toThrow(/too large/);
  });
});

describe('known hashes', () => {
  const large = randomBytes(2 * chunkBytes + 1);
  const small = randomBytes(10);
  const map = new ChunkMap(manifestOf(large, small));

  it('are known for small tensors from the start, and for large ones once they give the root', async () => {
    const hashes = new ChunkHashes(map);
    expect([hashes.knows(0), hashes.knows(1)]).toEqual([false, true]);
    expect(await hashes.isRight(0, Buffer.from(large.subarray(0, chunkBytes)))).toBe(false);
    expect(hashes.add(0, randomBytes(3 * hashBytes))).toBe(false);
    expect(hashes.add(0, leavesOf(large).subarray(hashBytes))).toBe(false);
    expect(hashes.add(0, leavesOf(large))).toBe(true);
    expect(await hashes.isRight(0, Buffer.from(large.subarray(0, chunkBytes)))).toBe(true);
    expect(await hashes.isRight(2, Buffer.from(large.subarray(-1)))).toBe(true);
    expect(await hashes.isRight(1, Buffer.from(large.subarray(0, chunkBytes)))).toBe(false);
    expect(await hashes.isRight(3, Buffer.from(small))).toBe(true);
    expect(await hashes.isRight(3, Buffer.alloc(0))).toBe(false);
  });

  it('survive on disk, and damaged ones count as unknown', async () => {
    const path = join(await temporaryFolder(), 'model.hashes');
    const hashes = new ChunkHashes(map);
    hashes.add(0, leavesOf(large));
    await hashes.write(path);
    expect((await ChunkHashes.read(map, path)).leavesOf(0)).toEqual(leavesOf(large));
    await writeFile(path, randomBytes(4 * hashBytes));
    const spoilt = await ChunkHashes.read(map, path);
    expect([spoilt.knows(0), spoilt.knows(1)]).toEqual([false, false]);
    await writeFile(path, 'short');
    expect((await ChunkHashes.read(map, path)).knows(1)).toBe(true);
  });
});

describe('a bitmap', () => {
  it('has the bits that were set, and survives encoding', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.array(fc.nat(99)), (length, bits) => {
        const bitmap = new Bitmap(length);
        bits.forEach((bit) => bitmap.set(bit));
        const expected = new Set(bits.filter((bit) => bit < length));
        const read = Bitmap.parse(bitmap.toBytes(), length);
        expect(read?.count).toBe(expected.size);
        expect(bits.every((bit) => read?.has(bit) === expected.has(bit))).toBe(true);
        bits.forEach((bit) => bitmap.clear(bit));
        expect(bitmap.count).toBe(0);
        expect(read?.count).toBe(expected.size);
      }),
    );
  });

  it.each([
    ['of another length', Buffer.alloc(3), 8],
    ['with bits beyond its end', Buffer.from([0b1000]), 3],
  ])('%s is not a bitmap', (_, bytes, length) => {
    expect(Bitmap.parse(bytes, length)).toBeUndefined();
  });
});
