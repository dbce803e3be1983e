import { open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { craftGguf } from '../../test/support/engine/crafted-gguf.ts';
import { writeRandomModel } from '../../test/support/engine/random-model.ts';
import { temporaryFolder } from '../../test/support/machine/temporary-folder.ts';
import { limits, tensorType } from './format.ts';
import { type GgufFile, openGguf } from './read.ts';
import {
  boolValue,
  float32Value,
  int32ArrayValue,
  numberOf,
  stringArrayValue,
  stringOf,
  stringValue,
  uint32Value,
} from './values.ts';
import { type TensorToWrite, writeGguf } from './write.ts';

const metadata = [
  ['general.architecture', stringValue('llama')],
  ['count', uint32Value(4_000_000_000)],
  ['factor', float32Value(0.5)],
  ['flag', boolValue(true)],
  ['words', stringArrayValue(['a', 'ß', ''])],
  ['numbers', int32ArrayValue([-1, 0, 1])],
] as const;

function tensor(name: string, values: number, data: TensorToWrite['data']): TensorToWrite {
  return { name, type: tensorType('I8'), shape: [values], data };
}

async function contentOf(file: GgufFile, name: string): Promise<Buffer> {
  const found = file.tensor(name);
  const pieces: Uint8Array[] = [];
  if (found !== undefined) {
    for await (const piece of file.read(found)) {
      pieces.push(Uint8Array.from(piece));
    }
  }
  return Buffer.concat(pieces);
}

test('a written file is read back unchanged, for any pieces and sizes', async () => {
  const path = join(await temporaryFolder(), 'a.gguf');
  const large = Buffer.alloc(2_500_000, 'mesh');
  await writeGguf(path, {
    metadata,
    tensors: [
      tensor('odd', 3, [Uint8Array.of(1), Uint8Array.of(2, 3)]),
      tensor('empty-handed', 100, 'zeros'),
      tensor('large', large.byteLength, [large]),
      tensor('last', 1, [Uint8Array.of(9)]),
    ],
  });

  const file = await openGguf(path);
  expect(file.header.metadata).toEqual(new Map(metadata));
  expect(stringOf(file.header.metadata.get('general.architecture'))).toBe('llama');
  expect(numberOf(file.header.metadata.get('count'))).toBe(4_000_000_000);
  expect(numberOf(file.header.metadata.get('factor'))).toBe(0.5);
  expect(file.header.tensors.every(({ offset }) => offset % 32 === 0)).toBe(true);
  expect(await contentOf(file, 'odd')).toEqual(Buffer.of(1, 2, 3));
  expect(await contentOf(file, 'empty-handed')).toEqual(Buffer.alloc(100));
  expect((await contentOf(file, 'large')).equals(large)).toBe(true);
  expect(await contentOf(file, 'last')).toEqual(Buffer.of(9));
  await file.close();
});

test('a version 2 file gives the same as version 3', async () => {
  const path = join(await temporaryFolder(), 'a.gguf');
  await writeGguf(path, { metadata, tensors: [tensor('odd', 3, [Uint8Array.of(1, 2, 3)])] });
  const bytes = await readFile(path);
  bytes.writeUInt32LE(2, 4);
  await writeFile(path, bytes);

  const file = await openGguf(path);
  expect(file.header.version).toBe(2);
  expect(file.header.metadata).toEqual(new Map(metadata));
  expect(await contentOf(file, 'odd')).toEqual(Buffer.of(1, 2, 3));
  await file.close();
});

test.each([
  ['too little data', tensor('a', 3, [Uint8Array.of(1, 2)]), /2 of the 3 bytes of a/],
  ['too much data', tensor('a', 3, [Uint8Array.of(1, 2, 3, 4)]), /More than the 3 bytes of a/],
  ['a shape of half blocks', { ...tensor('a', 3, []), type: tensorType('Q8_0') }, /cannot be Q8_0/],
  [
    'a source that fails',
    tensor(
      'a',
      3,
      (function* fail() {
        yield Uint8Array.of(1);
        throw new Error('The source is gone');
      })(),
    ),
    /source is gone/,
  ],
])('%s leaves no file behind and an older file unchanged', async (_what, bad, message) => {
  const folder = await temporaryFolder();
  const path = join(folder, 'a.gguf');
  await writeFile(path, 'older');
  await expect(writeGguf(path, { metadata: [], tensors: [bad] })).rejects.toThrow(message);
  expect(await readdir(folder)).toEqual(['a.gguf']);
  expect(await readFile(path, 'utf8')).toBe('older');
});

test('an abort between two pieces leaves no file behind', async () => {
  const folder = await temporaryFolder();
  const controller = new AbortController();
  function* pieces(): Generator<Uint8Array> {
    yield Uint8Array.of(1);
    controller.abort(new Error('Enough'));
    yield Uint8Array.of(2);
  }
  const written = writeGguf(
    join(folder, 'a.gguf'),
    { metadata: [], tensors: [tensor('a', 2, pieces())] },
    { signal: controller.signal },
  );
  await expect(written).rejects.toThrow('Enough');
  expect(await readdir(folder)).toEqual([]);
});

test('a header longer than the first read is read in full', async () => {
  const path = join(await temporaryFolder(), 'a.gguf');
  await writeRandomModel(path, { layers: 1, vocabulary: 30_000, width: 32, heads: 2 });
  const file = await openGguf(path);
  expect(file.header.tensors).toHaveLength(12);
  expect(file.tensor('output.weight')?.shape).toEqual([32, 30_000]);
  await file.close();
});

test('a header without end is refused at the limit', async () => {
  const path = join(await temporaryFolder(), 'a.gguf');
  const keys = Math.ceil(limits.headerBytes / limits.stringBytes) + 1;
  const handle = await open(path, 'w');
  // One long string after the other, in a sparse file that takes no room.
  let position = 24;
  await handle.write(craftGguf({ keyCount: keys }).subarray(0, position), 0, position, 0);
  for (let index = 0; index < keys; index += 1) {
    const start = Buffer.alloc(8 + 1 + 4 + 8);
    start.writeBigUInt64LE(1n, 0);
    start.write(String.fromCodePoint(97 + index), 8);
    start.writeUInt32LE(8, 9);
    start.writeBigUInt64LE(BigInt(limits.stringBytes), 13);
    await handle.write(start, 0, start.byteLength, position);
    position += start.byteLength + limits.stringBytes;
  }
  await handle.truncate(position);
  await handle.close();
  expect((await stat(path)).size).toBeGreaterThan(limits.headerBytes);
  await expect(openGguf(path)).rejects.toMatchObject({
    code: 'gguf-invalid',
    message: expect.stringMatching(/header does not end within/),
  });
});

test('a folder is refused', async () => {
  const folder = await temporaryFolder();
  await expect(openGguf(folder)).rejects.toMatchObject({ code: 'gguf-invalid' });
});

test('a random model is the same for the same options, and another for another seed', async () => {
  const folder = await temporaryFolder();
  const [a, b, c] = ['a', 'b', 'c'].map((name) => join(folder, name));
  await writeRandomModel(a ?? '', { type: 'Q8_0' });
  await writeRandomModel(b ?? '', { type: 'Q8_0' });
  await writeRandomModel(c ?? '', { type: 'Q8_0', seed: 2 });
  const bytes = await readFile(a ?? '');
  expect((await readFile(b ?? '')).equals(bytes)).toBe(true);
  expect((await readFile(c ?? '')).equals(bytes)).toBe(false);
});
