/** Models of format 1: they can still be read and run, and get format 2 when they are imported again. */
import { createHash } from 'node:crypto';
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { writeRandomModel } from '../../../test/support/engine/random-model.ts';
import { temporaryFolder } from '../../../test/support/machine/temporary-folder.ts';
import { openGguf } from '../../gguf/read.ts';
import { ModelLibrary } from '../models/library.ts';
import { writeEntry } from '../models/library-entry.ts';
import { type Manifest, manifestId, manifestSchema } from './manifest.ts';

let folder = '';
let path = '';
const layers = { firstLayer: 1, lastLayer: 2 };

beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder, 'model.gguf');
  await writeRandomModel(path);
});

async function openLibrary(): Promise<ModelLibrary> {
  return await ModelLibrary.open({ folder: join(folder, 'library'), onWarning: () => {} });
}

/** A library of an earlier version, with the model under its id of that time. */
async function earlierLibrary(): Promise<{ library: ModelLibrary; id: string }> {
  const { manifest } = await (await openLibrary()).importModel(path);
  await rm(join(folder, 'library'), { recursive: true });
  const library = await openLibrary();
  const file = await openGguf(path);
  const tensors: Extract<Manifest, { format: 1 }>['tensors'] = [];
  for (const { name, type, shape, size } of manifest.tensors) {
    const hash = createHash('sha256');
    const tensor = file.tensor(name);
    for await (const piece of tensor === undefined ? [] : file.read(tensor)) {
      hash.update(piece);
    }
    tensors.push({ name, type, shape, size, sha256: hash.digest('hex') });
  }
  await file.close();
  const earlier: Manifest = { ...manifest, format: 1, tensors };
  const id = manifestId(manifestSchema.parse(earlier));
  const { size, mtimeMs } = await stat(path);
  await writeEntry(join(folder, 'library'), id, {
    format: 1,
    alias: 'old friend',
    otherAliases: [],
    source: { path, sizeBytes: size, modifiedMs: mtimeMs },
    copies: [],
    replaces: [],
    manifest: earlier,
    audience: [],
  });
  expect(library.list()).toEqual([]);
  return { library: await openLibrary(), id };
}

it('a model of the earlier format is read, and its shards are checked as before', async () => {
  const { library, id } = await earlierLibrary();
  expect(library.find('old friend').manifestId).toBe(id);
  const shard = await openGguf(await library.shardPath(id, layers));
  await shard.close();
  expect(shard.header.tensors.length).toBeGreaterThan(10);
  // Its pieces cannot be verified, so no peer gets them.
  expect(await library.open(id)).toBeUndefined();
});

it('importing its file again gives it the present format, under the same alias', async () => {
  const { library, id } = await earlierLibrary();
  await library.shardPath(id, layers);
  const model = await library.importModel(path);
  expect(model.manifest.format).toBe(2);
  expect(model.alias).toBe('old friend');
  expect(library.list()).toEqual([model]);
  expect((await openLibrary()).list()).toEqual([model]);
  expect(await readdir(join(folder, 'library', 'shards'))).toEqual([]);
});

it('hashes that are lost are computed from the file when a peer asks for them', async () => {
  const library = await openLibrary();
  await writeRandomModel(path, { width: 256, feedForward: 1536, layers: 1 });
  const { manifestId: id, manifest } = await library.importModel(path);
  const tensor = manifest.tensors.findIndex(({ size }) => size > 1024 * 1024);
  const leaves = async (): Promise<Uint8Array | undefined> => {
    const model = await library.open(id);
    await model?.have();
    const found = await model?.leaves(tensor);
    await model?.close();
    return found;
  };
  const stored = await leaves();
  expect(stored?.byteLength).toBe(64);
  await rm(join(folder, 'library', `${id}.hashes`));
  expect(await leaves()).toEqual(stored);
  await writeFile(join(folder, 'library', `${id}.hashes`), 'rubbish');
  expect(await leaves()).toEqual(stored);
});
