/** Cutting shards on a disk without enough room: nothing is written, and cutting works again once there is room. */
import { execFileSync } from 'node:child_process';
import { watch } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ModelLibrary } from '../../src-worker/node/models/library.ts';
import { NodeProcess } from '../support/host/node-process.ts';
import { writeRandomModel } from '../support/engine/random-model.ts';
import { smallDisk } from '../support/machine/small-disk.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { transferModel } from '../support/models/transfer-parts.ts';

const half = { firstLayer: 0, lastLayer: 2 };

async function modelFile(): Promise<string> {
  const path = join(await temporaryFolder(), 'model.gguf');
  await writeRandomModel(path, transferModel);
  return path;
}

const grow = (folder: string, megabytes: number): void => {
  execFileSync('mount', ['-o', `remount,size=${megabytes}m`, folder]);
};

it('the disk is left as it was, also by many tries, and the owner is told what is missing', async (context) => {
  const disk = await smallDisk((reason) => context.skip(reason));
  const node = await NodeProcess.start({
    dataFolder: join(disk.folder, 'data'),
    bundledModels: [await modelFile()],
    engine: { threads: 1, backend: 'cpu', contextLength: 256 },
  });
  onTestFinished(() => node.stop());
  const [{ manifestId } = { manifestId: '' }] = node.status.models;
  const shardFolder = join(disk.folder, 'data', 'models', 'shards', manifestId);
  await mkdir(shardFolder, { recursive: true });
  const written: (string | null)[] = [];
  const watcher = watch(shardFolder, (_event, name) => void written.push(name));
  onTestFinished(() => watcher.close());
  await node.configure({ shards: [{ model: transferModel.name, layers: half }] });
  const { shards } = await node.until(
    ({ shards: [shard] }) => (shard?.failure?.inARow ?? 0) >= 3,
    'it was tried three times',
  );
  expect(shards[0]?.failure).toMatchObject({
    code: 'data-folder-unusable',
    message: expect.stringMatching(
      /need \d+ MB, and the disk of .* lacks \d+ MB .* Free some space/,
    ),
  });
  expect(written).toEqual([]);

  grow(disk.folder, 64);
  await node.until(({ shards: [shard] }) => shard?.state === 'serving', 'there is room for it');
  // Proves that the check below can fail.
  expect(written).not.toEqual([]);
});

it('two shards do not count on the same room, and what is not needed makes room', async (context) => {
  const disk = await smallDisk((reason) => context.skip(reason));
  const path = await modelFile();
  // Room for one half, but not for both.
  grow(disk.folder, Math.round(((await stat(path)).size * 0.8) / 2 ** 20));
  const library = await ModelLibrary.open({
    folder: join(disk.folder, 'models'),
    onWarning: () => {},
  });
  const { manifestId } = await library.importModel(path);
  const other = { firstLayer: 3, lastLayer: 5 };
  library.pin([half, other].map((range) => ({ manifestId, range })));
  const [one, two] = await Promise.allSettled([
    library.shardPath(manifestId, half),
    library.shardPath(manifestId, other),
  ]);
  expect([one, two].map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const left = one.status === 'rejected' ? half : other;
  library.pin([]);
  await library.shardPath(manifestId, left);
  const names = await readdir(join(disk.folder, 'models', 'shards', manifestId));
  expect(names.filter((name) => /\d/.test(name))).toEqual([
    `${left.firstLayer}-${left.lastLayer}.gguf`,
  ]);
});
