/** What a download needs of the disk: room, and shards that are not deleted while they are read. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { ModelLibrary } from '../../src-worker/node/models/library.ts';
import { writeRandomModel } from '../support/engine/random-model.ts';
import {
  addModel,
  cutBytes,
  fetchFrom,
  someLayers,
  startOwner,
  startTransferNode,
  transferModel,
} from '../support/models/transfer-parts.ts';

let home = '';
let path = '';

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'mindmesh-disk-'));
  path = join(home, 'model.gguf');
  await writeRandomModel(path, transferModel);
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** Mounts a small disk, where this machine allows it. */
async function smallDisk(megabytes: number): Promise<string | undefined> {
  const folder = join(home, 'small-disk');
  await mkdir(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'mindmesh-test', folder], {
      stdio: 'ignore',
    });
  } catch {
    return undefined;
  }
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', folder]);
  });
  return folder;
}

it('a download for which the disk has no room does not begin, and one on a disk that fills up goes on when there is room', async (context) => {
  const disk = await smallDisk(8);
  if (disk === undefined) {
    context.skip('no small disk can be mounted here');
    return;
  }
  const owner = await startOwner(path);
  const folder = join(disk, 'models');
  const library = await ModelLibrary.open({ folder, onWarning: () => {} });
  const node = { ...(await startTransferNode()), library, folder };
  await addModel(node, owner);
  const filler = join(disk, 'filler');
  let isToFill = true;
  await fetchFrom(node, owner.model, [owner], {
    onProgress: (_id, _layers, { doneBytes }) => {
      if (isToFill && doneBytes > 4 * 1024 * 1024) {
        isToFill = false;
        fillDisk(filler);
      }
    },
  });
  const { manifestId } = owner.model;
  await expect(library.shardPath(manifestId, someLayers)).rejects.toMatchObject({
    code: 'data-folder-unusable',
    message: expect.stringMatching(/no room for these layers.*lacks \d+ MB/),
  });
  expect(owner.given.bytes).toBe(0);

  execFileSync('mount', ['-o', 'remount,size=64m', disk]);
  await expect(library.shardPath(manifestId, someLayers)).rejects.toMatchObject({
    code: 'data-folder-unusable',
    message: expect.stringMatching(/disk is full.*kept.*Free some space/),
  });
  const before = owner.given.bytes;
  await rm(filler);
  const shard = await library.shardPath(manifestId, someLayers);
  const expected = await cutBytes(owner, owner.model, someLayers);
  expect((await readFile(shard)).equals(expected)).toBe(true);
  expect(before).toBeGreaterThan(4 * 1024 * 1024);
  expect(owner.given.bytes).toBeLessThan(expected.byteLength + 8 * 1024 * 1024);
});

/** At once, so that no chunk is written meanwhile. */
function fillDisk(filler: string): void {
  for (const size of [65_536, 4096]) {
    for (let isFull = false; !isFull;) {
      try {
        writeFileSync(filler, Buffer.alloc(size), { flag: 'a' });
      } catch {
        isFull = true;
      }
    }
  }
}

it('a shard that a peer is reading is not evicted to make room for another', async () => {
  const owner = await startOwner(path);
  const node = await startTransferNode();
  await addModel(node, owner);
  await fetchFrom(node, owner.model, [owner]);
  const { manifestId } = owner.model;
  await node.library.shardPath(manifestId, { firstLayer: 1, lastLayer: 1 });
  const reading = await node.library.open(manifestId);
  const have = await reading?.have();
  expect(have?.count).toBeGreaterThan(3);

  node.library.limitTo(Math.ceil((await node.library.usedBytes()) * 1.5));
  const other = { firstLayer: 3, lastLayer: 3 };
  await expect(node.library.shardPath(manifestId, other)).rejects.toThrow(/Raise the limit/);
  await reading?.close();
  await node.library.shardPath(manifestId, other);
  const again = await node.library.open(manifestId);
  const chunk = have?.has(0) === true ? 0 : 1;
  expect(await again?.read(chunk)).toBeUndefined();
  await again?.close();
});
