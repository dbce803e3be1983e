import { createHash } from 'node:crypto';
import { utimesSync } from 'node:fs';
import { access, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  type RandomModelOptions,
  writeRandomModel,
} from '../../../test/support/engine/random-model.ts';
import { temporaryFolder } from '../../../test/support/machine/temporary-folder.ts';
import { openGguf } from '../../gguf/read.ts';
import { numberOf, stringValue } from '../../gguf/values.ts';
import { writeGguf } from '../../gguf/write.ts';
import { ModelLibrary } from './library.ts';
import { canonicalJson } from '../../../src-shared/canonical-json.ts';

let home = '';
let folder = '';
let warnings: string[] = [];

beforeEach(async () => {
  home = await temporaryFolder();
  folder = join(home, 'library');
  warnings = [];
});

async function openLibrary(): Promise<ModelLibrary> {
  return await ModelLibrary.open({ folder, onWarning: (message) => warnings.push(message) });
}

async function writeModel(
  name: string,
  options: Partial<RandomModelOptions> = {},
): Promise<string> {
  const path = join(home, `${name}.gguf`);
  await writeRandomModel(path, { name, ...options });
  return path;
}

/** Changes one byte of the last tensor and nothing that `stat` shows. */
async function spoil(path: string): Promise<void> {
  const { atime, mtime } = await stat(path);
  const bytes = await readFile(path);
  bytes.writeUInt8(bytes.readUInt8(bytes.byteLength - 1) ^ 1, bytes.byteLength - 1);
  await writeFile(path, bytes);
  await utimes(path, atime, mtime);
}

const code = (expected: string): object => expect.objectContaining({ code: expected });
const middle = { firstLayer: 1, lastLayer: 2 };
const whole = { firstLayer: 0, lastLayer: 3 };

describe('importing', () => {
  test('adds a model without copying its file, and the model is there after a restart', async () => {
    const path = await writeModel('One');
    const library = await openLibrary();
    const model = await library.importModel(path, { alias: 'uno' });
    expect(model).toMatchObject({ alias: 'uno', path, summary: { name: 'One', layers: 4 } });
    expect(library.list()).toEqual([model]);
    expect((await openLibrary()).list()).toEqual([model]);
    expect(await readdir(folder)).toEqual([
      `${model.manifestId}.hashes`,
      `${model.manifestId}.json`,
      'shards',
    ]);
  });

  test('reads an unchanged file only once, a changed one again', async () => {
    const path = await writeModel('One');
    const library = await openLibrary();
    let reads = 0;
    const onProgress = (done: number, total: number): void => {
      reads += done === total ? 1 : 0;
    };
    const first = await library.importModel(path, { onProgress });
    expect(await library.importModel(path, { onProgress, alias: 'uno' })).toMatchObject({
      manifestId: first.manifestId,
      alias: 'uno',
    });
    expect(reads).toBe(1);
    await utimes(path, 1, 1);
    expect(await library.importModel(path, { onProgress })).toMatchObject({ alias: 'uno' });
    expect(reads).toBe(2);
    expect(library.list()).toHaveLength(1);
  });

  test('of a model that was moved stores its new path', async () => {
    const path = await writeModel('One');
    const library = await openLibrary();
    await library.importModel(path, { alias: 'uno' });
    const moved = join(home, 'moved.gguf');
    await rename(path, moved);
    expect(await library.importModel(moved)).toMatchObject({ alias: 'uno', path: moved });
    expect(library.list()).toHaveLength(1);
  });

  test('of a file that is no model, or none, changes nothing', async () => {
    const library = await openLibrary();
    const text = join(home, 'text.gguf');
    await writeFile(text, 'This is no model.');
    await expect(library.importModel(text)).rejects.toEqual(code('gguf-invalid'));
    await expect(library.importModel(home)).rejects.toEqual(code('gguf-invalid'));
    await expect(library.importModel(join(home, 'nothing'))).rejects.toEqual(
      code('model-not-found'),
    );
    expect(library.list()).toEqual([]);
    expect(await readdir(folder)).toEqual(['shards']);
  });

  test('of a shard is refused', async () => {
    const library = await openLibrary();
    const { manifestId } = await library.importModel(await writeModel('One'));
    const shard = await library.shardPath(manifestId, middle);
    await expect(library.importModel(shard)).rejects.toEqual(code('gguf-unsupported'));
  });

  test('notices a file that changes meanwhile', async () => {
    const path = await writeModel('One');
    const library = await openLibrary();
    const onProgress = (): void => utimesSync(path, 1, 1);
    await expect(library.importModel(path, { onProgress })).rejects.toEqual(code('model-changed'));
    expect(library.list()).toEqual([]);
  });

  test('can be cancelled', async () => {
    const path = await writeModel('One');
    const library = await openLibrary();
    const controller = new AbortController();
    const onProgress = (): void => controller.abort(new Error('Enough'));
    await expect(
      library.importModel(path, { onProgress, signal: controller.signal }),
    ).rejects.toThrow('Enough');
    expect(await readdir(folder)).toEqual(['shards']);
  });

  test.each(['', ' padded', 'two\nlines', 'x'.repeat(101), 'bell\u0007'])(
    'refuses the alias %j',
    async (alias) => {
      const path = await writeModel('One');
      const library = await openLibrary();
      await expect(library.importModel(path, { alias })).rejects.toEqual(code('request-invalid'));
    },
  );

  test("refuses another model's alias", async () => {
    const library = await openLibrary();
    await library.importModel(await writeModel('One'), { alias: 'favourite' });
    const second = await writeModel('Two');
    await expect(library.importModel(second, { alias: 'favourite' })).rejects.toMatchObject({
      code: 'request-invalid',
      message: expect.stringMatching(/'favourite' already belongs to One/),
    });
    expect(library.list()).toHaveLength(1);
  });
});

describe('a path to load layers from', () => {
  test("is the model's own file for all layers, and a shard that is cut once for others", async () => {
    const path = await writeModel('One');
    const library = await openLibrary();
    const { manifestId } = await library.importModel(path);
    expect(await library.shardPath(manifestId, whole)).toBe(path);

    const [a, b] = await Promise.all([
      library.shardPath(manifestId, middle),
      library.shardPath(manifestId, middle),
    ]);
    expect(a).toBe(b);
    const { ino } = await stat(a);
    const again = await (await openLibrary()).shardPath(manifestId, middle);
    expect([again, (await stat(again)).ino]).toEqual([a, ino]);
    const shard = await openGguf(a);
    expect(numberOf(shard.header.metadata.get('llama.block_count'))).toBe(2);
    await shard.close();
    expect(await readdir(join(folder, 'shards', manifestId))).toEqual(['1-2.gguf']);
  });

  test('is cut again when the cached file is spoilt', async () => {
    const library = await openLibrary();
    const { manifestId } = await library.importModel(await writeModel('One'));
    const path = await library.shardPath(manifestId, middle);
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, 1000));
    expect(await library.shardPath(manifestId, middle)).toBe(path);
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  test('is refused when the model has changed, or is gone; shards that were cut before remain usable', async () => {
    const path = await writeModel('One');
    const library = await openLibrary();
    const { manifestId } = await library.importModel(path);
    const cut = await library.shardPath(manifestId, middle);
    const header = await library.headerPath(manifestId);

    const other = { firstLayer: 2, lastLayer: 3 };
    await utimes(path, 1, 1);
    await expect(library.shardPath(manifestId, whole)).rejects.toEqual(code('model-changed'));
    await expect(library.shardPath(manifestId, other)).rejects.toMatchObject({
      code: 'model-changed',
      message: expect.stringMatching(/has changed since it was imported/),
    });
    await rm(path);
    await expect(library.shardPath(manifestId, other)).rejects.toMatchObject({
      code: 'model-changed',
      message: expect.stringMatching(/no longer there/),
    });
    expect(await library.shardPath(manifestId, middle)).toBe(cut);
    expect(await library.headerPath(manifestId)).toBe(header);
  });

  test('is refused when a byte has changed but not the date', async () => {
    const path = await writeModel('One');
    const library = await openLibrary();
    await utimes(path, 1, 1);
    const { manifestId } = await library.importModel(path);
    await spoil(path);
    await expect(
      library.shardPath(manifestId, { firstLayer: 2, lastLayer: 3 }),
    ).rejects.toMatchObject({
      code: 'model-changed',
      message: expect.stringMatching(/'output\.weight' of One is not as it was imported/),
    });
    expect(await readdir(join(folder, 'shards', manifestId))).toEqual([]);
  });

  test('stops being cut when no caller waits for it any more', async () => {
    const library = await openLibrary();
    const { manifestId } = await library.importModel(await writeModel('One'));
    const [leaving, staying] = [new AbortController(), new AbortController()];
    const left = library.shardPath(manifestId, middle, leaving.signal);
    const stayed = library.shardPath(manifestId, middle, staying.signal);
    leaving.abort(new Error('Gone'));
    await expect(left).rejects.toThrow('Gone');
    await access(await stayed);

    const alone = new AbortController();
    const other = library.shardPath(manifestId, { firstLayer: 0, lastLayer: 1 }, alone.signal);
    alone.abort(new Error('Gone'));
    await expect(other).rejects.toThrow('Gone');
    await library.remove(manifestId);
    expect(await readdir(join(folder, 'shards'))).toEqual([]);
  });

  test('exists only for the whole of a model that must not be cut', async () => {
    const random = await openGguf(await writeModel('One'));
    const path = join(home, 'strange.gguf');
    const renamed = [...random.header.metadata].map(
      ([key, value]) => [key.replace(/^llama\./, 'strange.'), value] as const,
    );
    await writeGguf(path, {
      metadata: new Map([...renamed, ['general.architecture', stringValue('strange')]]),
      tensors: random.header.tensors.map((tensor) => ({ ...tensor, data: random.read(tensor) })),
    });
    await random.close();

    const library = await openLibrary();
    const { manifestId } = await library.importModel(path);
    expect(await library.shardPath(manifestId, whole)).toBe(path);
    await expect(library.shardPath(manifestId, middle)).rejects.toMatchObject({
      code: 'gguf-unsupported',
      message: expect.stringMatching(/'strange' are not known to this version.*only run whole/),
    });
  });

  test('needs a model and layers that exist', async () => {
    const library = await openLibrary();
    const { manifestId } = await library.importModel(await writeModel('One'));
    await expect(library.shardPath('0'.repeat(64), middle)).rejects.toEqual(
      code('model-not-found'),
    );
    await expect(library.shardPath(manifestId, { firstLayer: 3, lastLayer: 4 })).rejects.toEqual(
      code('request-invalid'),
    );
    expect(await readdir(join(folder, 'shards', manifestId))).toEqual([]);
  });
});

test('removing a model deletes the shards cut from it and leaves its file', async () => {
  const path = await writeModel('One');
  const library = await openLibrary();
  const { manifestId } = await library.importModel(path);
  await library.shardPath(manifestId, middle);
  expect(await library.remove(manifestId)).toMatchObject({ manifestId });
  expect(library.list()).toEqual([]);
  expect((await openLibrary()).list()).toEqual([]);
  expect(await readdir(folder, { recursive: true })).toEqual(['shards']);
  await access(path);
  await expect(library.remove(manifestId)).rejects.toEqual(code('model-not-found'));
});

test('a damaged entry is put aside with a warning, half-written files are deleted, the rest works', async () => {
  const library = await openLibrary();
  const sound = await library.importModel(await writeModel('One'));
  const altered = await library.importModel(await writeModel('Two'));
  const entry = join(folder, `${altered.manifestId}.json`);
  await writeFile(entry, (await readFile(entry, 'utf8')).replace('"Two"', '"Six"'));
  await writeFile(join(folder, `${'0'.repeat(64)}.json`), '{"format":');
  await writeFile(join(folder, `${'1'.repeat(64)}.json`), '{}');
  await writeFile(join(folder, 'notes.txt'), 'not ours');
  await writeFile(join(folder, 'x.json.0123456789ab.partial'), 'half');
  await writeFile(join(folder, 'shards', '0-1.gguf.0123456789ab.partial'), 'half');

  expect((await openLibrary()).list()).toEqual([sound]);
  expect(warnings).toHaveLength(3);
  expect(warnings.join()).toMatch(/content does not match its name/);
  expect((await readdir(folder, { recursive: true })).toSorted()).toEqual(
    [
      `${'0'.repeat(64)}.json.damaged`,
      `${'1'.repeat(64)}.json.damaged`,
      `${altered.manifestId}.hashes`,
      `${altered.manifestId}.json.damaged`,
      `${sound.manifestId}.hashes`,
      `${sound.manifestId}.json`,
      'notes.txt',
      'shards',
    ].toSorted(),
  );
  warnings = [];
  expect((await openLibrary()).list()).toEqual([sound]);
  expect(warnings).toEqual([]);
});

test('a model without layers, as earlier versions took it in, is put aside with the reason in one line', async () => {
  const library = await openLibrary();
  const { manifest } = await library.importModel(await writeModel('One'));
  const empty = { ...manifest, tensors: [] };
  const id = createHash('sha256').update(canonicalJson(empty)).digest('hex');
  const entry = { format: 1, alias: null, source: null, manifest: empty };
  await writeFile(join(folder, `${id}.json`), JSON.stringify(entry));

  expect((await openLibrary()).list()).toHaveLength(1);
  expect(warnings).toEqual([
    expect.stringMatching(/put aside.+\(manifest\.tensors must not be empty\)/),
  ]);
  expect(await readdir(folder)).toContain(`${id}.json.damaged`);
});

test('opening a folder that cannot be used names the folder', async () => {
  await writeFile(folder, 'a file where the folder should be');
  await expect(openLibrary()).rejects.toMatchObject({
    code: 'data-folder-unusable',
    message: expect.stringContaining(folder),
  });
});
