import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  type RandomModelOptions,
  writeRandomModel,
} from '../../../test/support/engine/random-model.ts';
import { temporaryFolder } from '../../../test/support/machine/temporary-folder.ts';
import { type GgufFile, openGguf } from '../../gguf/read.ts';
import { float32Value, type MetadataValue, stringValue, uint32Value } from '../../gguf/values.ts';
import { writeGguf } from '../../gguf/write.ts';
import { makeManifest, type ReadingOptions } from './make-manifest.ts';
import { canonicalJson } from '../../../src-shared/canonical-json.ts';
import { type Manifest, manifestId, manifestSchema, toModelSummary } from './manifest.ts';

async function manifestOf(path: string, options?: ReadingOptions): Promise<Manifest> {
  const file = await openGguf(path);
  try {
    return await makeManifest(file, options);
  } finally {
    await file.close();
  }
}

async function randomManifest(options: Partial<RandomModelOptions> = {}): Promise<Manifest> {
  const path = join(await temporaryFolder(), 'model.gguf');
  await writeRandomModel(path, { type: 'Q8_0', ...options });
  return await manifestOf(path);
}

/** The same model again, with some metadata changed and the tensors in reverse order. */
async function rewritten(source: GgufFile, changes: [string, MetadataValue][]): Promise<Manifest> {
  const path = join(await temporaryFolder(), 'again.gguf');
  await writeGguf(path, {
    metadata: [...new Map([...source.header.metadata, ...changes])].toReversed(),
    tensors: source.header.tensors
      .map((tensor) => ({ ...tensor, data: source.read(tensor) }))
      .toReversed(),
  });
  return await manifestOf(path);
}

test('a manifest describes the model, tensor by tensor', async () => {
  const path = join(await temporaryFolder(), 'model.gguf');
  await writeRandomModel(path, { type: 'Q8_0', name: 'Small\u0007 talk ' });
  const progress: number[] = [];
  let total = 0;
  const manifest = await manifestOf(path, {
    onProgress: (done, all) => {
      progress.push(done);
      total = all;
    },
  });

  expect(manifestSchema.parse(manifest)).toEqual(manifest);
  expect(manifest).toMatchObject({
    name: 'Small talk',
    architecture: 'llama',
    layers: 4,
    width: 64,
    contextLength: 2048,
    quantisation: 'Q8_0',
  });
  const file = await openGguf(path);
  expect(manifest.tensors).toHaveLength(file.header.tensors.length);
  const norm = file.tensor('output_norm.weight');
  const hash = createHash('sha256');
  for await (const piece of norm === undefined ? [] : file.read(norm)) {
    hash.update(piece);
  }
  await file.close();
  expect(manifest.tensors.find(({ name }) => name === norm?.name)).toEqual({
    name: 'output_norm.weight',
    type: 'F32',
    shape: [64],
    size: 256,
    // The root of a single chunk is the chunk's hash.
    root: hash.digest('hex'),
  });

  const summary = toModelSummary(manifest);
  expect(summary).toMatchObject({
    manifestId: manifestId(manifest),
    name: 'Small talk',
    layers: 4,
  });
  expect(summary.sizeBytes).toBe(manifest.tensors.reduce((sum, { size }) => sum + size, 0));
  expect(progress.at(-1)).toBe(summary.sizeBytes);
  expect(total).toBe(summary.sizeBytes);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
});

test('the id depends on every weight and parameter, but not on order, date or remarks', async () => {
  const path = join(await temporaryFolder(), 'model.gguf');
  await writeRandomModel(path, { type: 'Q8_0' });
  const id = manifestId(await manifestOf(path));
  const source = await openGguf(path);
  const idWith = async (...changes: [string, MetadataValue][]): Promise<string> =>
    manifestId(await rewritten(source, changes));

  expect(await idWith()).toBe(id);
  expect(await idWith(['general.description', stringValue('A remark')])).toBe(id);
  const others = [
    await idWith(['llama.rope.freq_base', float32Value(500_000)]),
    await idWith(['tokenizer.ggml.eos_token_id', uint32Value(7)]),
    await idWith(['tokenizer.chat_template', stringValue('{{ messages }}')]),
    await idWith(['general.name', stringValue('Another')]),
    manifestId(await randomManifest({ seed: 2 })),
  ];
  await source.close();
  expect(new Set([id, ...others]).size).toBe(6);
});

test('a model without a name gets the name of its file', async () => {
  const path = join(await temporaryFolder(), 'model.gguf');
  await writeRandomModel(path);
  const source = await openGguf(path);
  const unnamed = await rewritten(source, [
    ['general.name', stringValue('\n\t')],
    ['tokenizer.chat_template', uint32Value(0)],
  ]);
  await source.close();
  expect(unnamed).toMatchObject({ name: 'again', templateSha256: null });
});

test('a model without a printable name or file name gets the name of its architecture', async () => {
  const path = join(await temporaryFolder(), '\u200B.gguf');
  await writeRandomModel(path, { name: '' });
  expect(await manifestOf(path)).toMatchObject({ name: 'Unnamed llama' });
});

test('the manifest has the hash of the chat template that is used, whatever its name', async () => {
  const path = join(await temporaryFolder(), 'model.gguf');
  await writeRandomModel(path);
  const source = await openGguf(path);
  const plain = await rewritten(source, [['tokenizer.chat_template', stringValue('{{ 1 }}')]]);
  const named = await rewritten(source, [
    ['tokenizer.chat_template', stringValue(' ')],
    ['tokenizer.chat_template.default', stringValue('{{ 1 }}')],
  ]);
  await source.close();
  expect(named.templateSha256).toBe(plain.templateSha256);
});

test('no tensor is read when `examine` refuses the model', async () => {
  const path = join(await temporaryFolder(), 'model.gguf');
  await writeRandomModel(path);
  let read = 0;
  const manifest = manifestOf(path, {
    examine: () => Promise.reject(new Error('Not this one')),
    onProgress: (done) => (read = done),
  });
  await expect(manifest).rejects.toThrow('Not this one');
  expect(read).toBe(0);
});

test('hashing stops when its signal aborts', async () => {
  const path = join(await temporaryFolder(), 'model.gguf');
  await writeRandomModel(path);
  const controller = new AbortController();
  const manifest = manifestOf(path, {
    onProgress: () => controller.abort(new Error('Enough')),
    signal: controller.signal,
  });
  await expect(manifest).rejects.toThrow('Enough');
});

test('canonical JSON sorts keys at every depth and leaves lists as they are', () => {
  expect(canonicalJson({ b: [{ z: 1, a: 'ü' }, 2], a: null, B: { d: 1, c: 2 } })).toBe(
    '{"B":{"c":2,"d":1},"a":null,"b":[{"a":"ü","z":1},2]}',
  );
});
