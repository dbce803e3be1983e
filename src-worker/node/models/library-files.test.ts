/** Tests model files that users copy under other names, or import again with other content. */
import { access, copyFile, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  type RandomModelOptions,
  writeRandomModel,
} from '../../../test/support/engine/random-model.ts';
import { temporaryFolder } from '../../../test/support/machine/temporary-folder.ts';
import { ModelLibrary } from './library.ts';

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

const code = (expected: string): object => expect.objectContaining({ code: expected });
const middle = { firstLayer: 1, lastLayer: 2 };
const whole = { firstLayer: 0, lastLayer: 3 };

describe('importing a copy of a known file', () => {
  test('keeps every name and the file that is in use, and reports the model as known', async () => {
    const path = await writeModel('One');
    const library = await openLibrary();
    const first = await library.importFile(path, { alias: 'one' });
    expect(first).toMatchObject({ wasKnown: false, model: { alias: 'one', otherAliases: [] } });

    const copy = join(home, 'copy.gguf');
    await copyFile(path, copy);
    const second = await library.importFile(copy, { alias: 'two' });
    expect(second).toMatchObject({
      wasKnown: true,
      model: { manifestId: first.model.manifestId, alias: 'one', otherAliases: ['two'], path },
    });
    expect(await library.importFile(path)).toMatchObject({ wasKnown: true });
    const again = await openLibrary();
    expect(again.list()).toEqual(library.list());
    expect([again.find('one'), again.find('two')]).toEqual([second.model, second.model]);
    expect(again.list()).toHaveLength(1);
    const third = await writeModel('Three');
    await expect(again.importModel(third, { alias: 'two' })).rejects.toMatchObject({
      message: expect.stringMatching(/'two' already belongs to One/),
    });
  });

  test('loads from the copy when the first file is missing or has changed', async () => {
    const path = await writeModel('One');
    const library = await openLibrary();
    const { manifestId } = await library.importModel(path);
    const copy = join(home, 'copy.gguf');
    await copyFile(path, copy);
    await library.importModel(copy);
    expect(await library.shardPath(manifestId, whole)).toBe(path);
    await utimes(path, 1, 1);
    expect(await library.shardPath(manifestId, whole)).toBe(copy);
    await access(await library.shardPath(manifestId, middle));
    await rm(path);
    expect(await library.shardPath(manifestId, whole)).toBe(copy);
    await rm(copy);
    await expect(library.shardPath(manifestId, whole)).rejects.toEqual(code('model-changed'));
  });

  test('is missing for layers that would have to be read from it, once no copy is left', async () => {
    const path = await writeModel('One');
    const library = await openLibrary();
    const { manifestId } = await library.importModel(path);
    const copy = join(home, 'copy.gguf');
    await copyFile(path, copy);
    await library.importModel(copy);
    await library.shardPath(manifestId, middle);
    await rm(path);
    expect(await library.missingFile(manifestId, whole)).toBeUndefined();
    await rm(copy);
    expect(await library.missingFile(manifestId, whole)).toBe(path);
    expect(await library.missingFile(manifestId, { firstLayer: 0, lastLayer: 1 })).toBe(path);
    // These are cut already.
    expect(await library.missingFile(manifestId, middle)).toBeUndefined();
    expect(await library.missingFile('ab'.repeat(32), whole)).toBeUndefined();
  });

  test('refuses an eighteenth name', async () => {
    const path = await writeModel('One');
    const library = await openLibrary();
    for (let count = 1; count <= 17; count += 1) {
      await library.importModel(path, { alias: `name ${count}` });
    }
    await expect(library.importModel(path, { alias: 'name 18' })).rejects.toMatchObject({
      code: 'request-invalid',
      message: 'One has 17 names, and cannot have more.',
    });
    expect((await openLibrary()).find('name 17').otherAliases).toHaveLength(16);
  });
});

describe('importing a file again whose content has changed', () => {
  test.each([['repl'], [undefined], ['new name']])(
    'replaces its model, whose names are the new one’s (with the name %j)',
    async (alias) => {
      const path = await writeModel('file', { name: 'Small' });
      const library = await openLibrary();
      const former = await library.importModel(path, { alias: 'repl' });
      await library.shardPath(former.manifestId, middle);
      await writeRandomModel(path, { name: 'Newer', seed: 2 });
      await expect(library.shardPath(former.manifestId, whole)).rejects.toMatchObject({
        message: expect.stringMatching(/Import it again/),
      });

      const { model, wasKnown, replaced } = await library.importFile(path, { alias });
      expect(wasKnown).toBe(false);
      expect(replaced).toEqual(former);
      expect(model).toMatchObject({ alias: 'repl', path, summary: { name: 'Newer' } });
      expect(model.otherAliases).toEqual(alias === 'new name' ? ['new name'] : []);
      expect(library.list()).toEqual([model]);
      expect(library.replacementOf(former.manifestId)).toEqual(model);
      expect((await openLibrary()).replacementOf(former.manifestId)).toEqual(model);
      expect(await library.shardPath(model.manifestId, whole)).toBe(path);
      expect(await readdir(join(folder, 'shards'))).toEqual([]);
    },
  );

  test('keeps a model and its names where it has a sound copy elsewhere', async () => {
    const path = await writeModel('file', { name: 'Small' });
    const copy = join(home, 'copy.gguf');
    await copyFile(path, copy);
    const library = await openLibrary();
    const former = await library.importModel(path, { alias: 'repl' });
    await library.importModel(copy);
    await writeRandomModel(path, { name: 'Newer', seed: 2 });

    await expect(library.importFile(path, { alias: 'repl' })).rejects.toMatchObject({
      message: expect.stringMatching(/'repl' already belongs to Small .+ Give another one/),
    });
    const { model, replaced } = await library.importFile(path, { alias: 'newer' });
    expect(replaced).toBeUndefined();
    expect(model).toMatchObject({ alias: 'newer', path });
    expect(library.find('repl')).toMatchObject({ manifestId: former.manifestId, path: copy });
    expect(await library.shardPath(former.manifestId, whole)).toBe(copy);
  });

  test('several times makes the newest content the replacement of all earlier ones', async () => {
    const path = await writeModel('file');
    const library = await openLibrary();
    const ids: string[] = [];
    for (const seed of [1, 2, 3]) {
      await writeRandomModel(path, { seed });
      ids.push((await library.importModel(path)).manifestId);
    }
    const [first = '', second = '', third] = ids;
    expect(library.replacementOf(first)?.manifestId).toBe(third);
    expect(library.replacementOf(second)?.manifestId).toBe(third);
    await writeRandomModel(path, { seed: 1 });
    await library.importModel(path);
    expect(library.find(first).replaces).toEqual([third, second]);
  });
});

test('an entry of an earlier version, with one name and one file, is read', async () => {
  const path = await writeModel('One');
  const { manifestId } = await (await openLibrary()).importModel(path, { alias: 'uno' });
  const entry = join(folder, `${manifestId}.json`);
  const { otherAliases, copies, replaces, ...earlier } = JSON.parse(await readFile(entry, 'utf8'));
  expect([otherAliases, copies, replaces]).toEqual([[], [], []]);
  await writeFile(entry, JSON.stringify(earlier));
  expect((await openLibrary()).find('uno')).toMatchObject({ manifestId, otherAliases: [], path });
  expect(warnings).toEqual([]);
});

test('a model is found by alias, id, part of an id, or name', async () => {
  const library = await openLibrary();
  const one = await library.importModel(await writeModel('One'), { alias: 'Two' });
  const two = await library.importModel(await writeModel('Two'));
  const twin = await library.importModel(await writeModel('twin', { name: 'One', seed: 2 }));

  expect(library.find('Two')).toBe(one);
  expect(library.find(two.manifestId)).toBe(two);
  expect(library.find(two.manifestId.slice(0, 8))).toBe(two);
  expect(() => library.find(two.manifestId.slice(0, 7))).toThrow(/No model .* is called/);
  expect(() => library.find('nobody')).toThrow(code('model-not-found'));
  expect(() => library.find('One')).toThrow(/Several models are called 'One'/);
  await library.remove(one.manifestId);
  expect(library.find('One')).toBe(twin);
  expect(library.find('Two')).toBe(two);
});
