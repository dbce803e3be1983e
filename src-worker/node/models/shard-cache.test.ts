import { access, mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { writeRandomModel } from '../../../test/support/engine/random-model.ts';
import { temporaryFolder } from '../../../test/support/machine/temporary-folder.ts';
import type { LayerRange } from '../../../src-shared/model.ts';
import { ModelLibrary } from './library.ts';
import { ShardCache } from './shard-cache.ts';
import { chooseEvictions, type StoredShard } from './shard-room.ts';

function sum(list: readonly StoredShard[]): number {
  return list.reduce((bytes, shard) => bytes + shard.bytes, 0);
}

describe('the shards that are deleted to make room', () => {
  const shards = fc
    .array(fc.record({ bytes: fc.nat(100), usedAt: fc.nat(50), inUse: fc.boolean() }), {
      maxLength: 12,
    })
    .map((all) => all.map((shard, index) => ({ ...shard, path: `${index}` })));

  it('are enough, not in use, and the least recently used', () => {
    fc.assert(
      fc.property(shards, fc.nat(200), fc.nat(600), (stored, needed, quota) => {
        const isInUse = (path: string): boolean => stored[Number(path)]?.inUse === true;
        const chosen = chooseEvictions(stored, isInUse, needed, quota);
        const loose = stored.filter(({ path }) => !isInUse(path));
        if (chosen === undefined) {
          expect(sum(stored) - sum(loose) + needed).toBeGreaterThan(quota);
          return;
        }
        expect(sum(stored) - sum(chosen) + needed).toBeLessThanOrEqual(quota);
        expect(chosen.some(({ path }) => isInUse(path))).toBe(false);
        const left = loose.filter((shard) => !chosen.includes(shard as StoredShard & typeof shard));
        const newest = Math.max(...chosen.map(({ usedAt }) => usedAt));
        expect(left.every(({ usedAt }) => usedAt >= newest)).toBe(true);
        // The last one chosen was needed.
        const spared = sum(stored) - sum(chosen.slice(0, -1)) + needed;
        expect(chosen.length === 0 || spared > quota).toBe(true);
      }),
    );
  });
});

describe('shards within a limit', () => {
  const first: LayerRange = { firstLayer: 0, lastLayer: 1 };
  const middle: LayerRange = { firstLayer: 1, lastLayer: 2 };
  const last: LayerRange = { firstLayer: 2, lastLayer: 3 };
  let folder = '';
  let library: ModelLibrary;
  let id = '';

  beforeEach(async () => {
    folder = await temporaryFolder();
    await writeRandomModel(join(folder, 'model.gguf'), { width: 128, feedForward: 512 });
    library = await ModelLibrary.open({ folder: join(folder, 'library'), onWarning: () => {} });
    id = (await library.importModel(join(folder, 'model.gguf'))).manifestId;
  });

  /** Cuts shards, and sets their times of use to this order, a minute apart. */
  async function cut(...ranges: readonly LayerRange[]): Promise<string[]> {
    const paths: string[] = [];
    for (const [index, range] of ranges.entries()) {
      const path = await library.shardPath(id, range);
      const time = Date.now() / 1000 - (ranges.length - index) * 60;
      await utimes(path, time, time);
      paths.push(path);
    }
    return paths;
  }

  async function cutNames(): Promise<string[]> {
    return await readdir(join(folder, 'library', 'shards', id));
  }

  it('lose the least recently used one, whose file is made again when it is needed', async () => {
    await cut(first, middle);
    library.limitTo(Math.ceil((await library.usedBytes()) * 1.3));
    await library.shardPath(id, last);
    expect(await cutNames()).toEqual(['1-2.gguf', '2-3.gguf']);
    // Used again, so it is now the newer one.
    await library.shardPath(id, middle);
    await library.shardPath(id, first);
    expect(await cutNames()).toEqual(['0-1.gguf', '1-2.gguf']);
  });

  it('keep pinned ones, and fail with the reason when those leave no room', async () => {
    await cut(first, middle);
    library.limitTo(Math.ceil((await library.usedBytes()) * 1.3));
    library.pin([{ manifestId: id, range: first }]);
    await library.shardPath(id, last);
    expect(await cutNames()).toEqual(['0-1.gguf', '2-3.gguf']);
    library.pin([first, last].map((range) => ({ manifestId: id, range })));
    await expect(library.shardPath(id, middle)).rejects.toMatchObject({
      code: 'data-folder-unusable',
      message: expect.stringMatching(/the limit of .* GB .* Raise the limit/),
    });
    expect(await cutNames()).toEqual(['0-1.gguf', '2-3.gguf']);
  });

  it('can be deleted one by one, except pinned ones', async () => {
    const [path = ''] = await cut(first);
    const before = await library.usedBytes();
    library.pin([{ manifestId: id, range: first }]);
    expect(await library.removeShard(id, first)).toBe(false);
    await access(path);
    library.pin([]);
    expect(await library.removeShard(id, first)).toBe(true);
    expect(before).toBeGreaterThan(100_000);
    expect(await library.usedBytes()).toBe(0);
  });

  it('free their space when the model is removed', async () => {
    await cut(first, last);
    await library.remove(id);
    expect(await library.usedBytes()).toBe(0);
    expect(await readdir(join(folder, 'library'))).toEqual(['shards']);
  });

  it('share the limit with files that the app downloaded, which are deleted with their models only', async () => {
    const path = join(library.filesFolder, 'other.gguf');
    await mkdir(library.filesFolder);
    await writeRandomModel(path, { width: 128, feedForward: 512, name: 'Other' });
    const other = await library.importModel(path);
    const { size } = await stat(path);
    expect(await library.usedBytes()).toBe(size);
    library.limitTo(size + 1000);
    await expect(library.shardPath(id, first)).rejects.toThrow(/Raise the limit/);
    await library.remove(other.manifestId);
    library.limitTo(size);
    await library.shardPath(id, first);
    expect(await readdir(library.filesFolder)).toEqual([]);
  });
});

it('a header that is stored takes its bytes once, and stays when the file that it came from goes', async () => {
  const home = await temporaryFolder();
  const from = join(home, 'fetched.gguf');
  await writeRandomModel(from, { name: 'Fetched' });
  const cache = new ShardCache(join(home, 'shards'), join(home, 'files'));
  const id = 'ab'.repeat(32);
  await cache.putHeader(id, from);
  const stored = join(home, 'shards', id, 'header.gguf');
  expect((await stat(stored)).ino).toBe((await stat(from)).ino);
  await rm(from);
  await expect(cache.header(id, () => Promise.reject(new Error('made anew')))).resolves.toBe(
    stored,
  );
});
