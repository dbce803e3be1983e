/** A download goes on after its process was killed, and checks everything that it finds. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { Bitmap } from '../../src-worker/node/transfer/bitmap.ts';
import { ChunkMap } from '../../src-worker/node/transfer/chunk-map.ts';
import { ModelLibrary } from '../../src-worker/node/models/library.ts';
import { type ModelServer, startModelServer } from '../support/models/model-server.ts';
import { writeRandomModel } from '../support/engine/random-model.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { someLayers, transferModel } from '../support/models/transfer-parts.ts';

let home = '';
let owner: ModelLibrary;
let id = '';
let content: Buffer = Buffer.alloc(0);
let expected: Buffer = Buffer.alloc(0);

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'mindmesh-resume-'));
  await writeRandomModel(join(home, 'model.gguf'), transferModel);
  content = await readFile(join(home, 'model.gguf'));
  owner = await ModelLibrary.open({ folder: join(home, 'owner'), onWarning: () => {} });
  id = (await owner.importModel(join(home, 'model.gguf'))).manifestId;
  expected = await readFile(await owner.shardPath(id, someLayers));
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** A library that knows the model and its hashes, but has none of its layers. */
async function libraryFolder(): Promise<string> {
  const folder = await temporaryFolder();
  const library = await ModelLibrary.open({ folder, onWarning: () => {} });
  const manifest = owner.find(id).manifest;
  if (manifest.format === 2) {
    await library.addModel(manifest, await owner.headerPath(id));
  }
  await writeFile(
    join(folder, `${id}.hashes`),
    await readFile(join(home, 'owner', `${id}.hashes`)),
  );
  return folder;
}

function start(folder: string, server: ModelServer, limit: string): ChildProcess {
  const script = new URL('../support/models/transfer-child.ts', import.meta.url);
  const child = fork(script, [folder, id, server.url, limit, JSON.stringify(someLayers)]);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

/** Bytes that the journal in the library's folder claims. */
async function journalled(folder: string): Promise<number> {
  const shards = join(folder, 'shards', id);
  const name = (await readdir(shards)).find((each) => each.endsWith('.have'));
  const { manifest } = owner.find(id);
  if (name === undefined || manifest.format !== 2) {
    return 0;
  }
  const map = new ChunkMap(manifest);
  const have = Bitmap.parse((await readFile(join(shards, name))).subarray(32), map.count);
  let bytes = 0;
  for (let chunk = 0; chunk < map.count; chunk += 1) {
    bytes += have?.has(chunk) === true ? map.placeOf(chunk).length : 0;
  }
  return bytes;
}

/** Kills the process when its journal claims this many bytes; returns how many it claims then. */
async function killAfter(folder: string, child: ChildProcess, bytes: number): Promise<number> {
  child.on('message', () => {
    void journalled(folder).then((found) => found >= bytes && child.kill('SIGKILL'));
  });
  await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  return await journalled(folder);
}

async function finish(child: ChildProcess): Promise<string> {
  const result = Promise.withResolvers<string>();
  child.on('message', ({ path }: { path?: string }) => {
    if (path !== undefined) {
      result.resolve(path);
    }
  });
  child.once('exit', () => result.reject(new Error('The process ended before the download')));
  return await result.promise;
}

/** Bytes a second, slow enough for the journal to be written several times. */
const slowly = '3000000';

it('a process that was killed twice takes up what it had, and fetches little again', async () => {
  const server = await startModelServer(content);
  const folder = await libraryFolder();
  const first = await killAfter(folder, start(folder, server, slowly), expected.byteLength * 0.3);
  const second = await killAfter(folder, start(folder, server, slowly), expected.byteLength * 0.6);
  expect(second).toBeGreaterThan(first);
  const sentBefore = server.sent.bytes;
  const path = await finish(start(folder, server, ''));

  expect((await readFile(path)).equals(expected)).toBe(true);
  expect(await readdir(join(folder, 'shards', id))).toEqual([
    `${someLayers.firstLayer}-${someLayers.lastLayer}.gguf`,
    'header.gguf',
  ]);
  // Beside the missing bytes: what the killed process had requested, at most four chunks, and the file's header.
  const sent = server.sent.bytes - sentBefore;
  expect(sent).toBeLessThan(expected.byteLength - second + 4.25 * 1024 * 1024);
});

it('what the disk spoilt meanwhile is fetched again', async () => {
  const server = await startModelServer(content);
  const folder = await libraryFolder();
  const before = await killAfter(folder, start(folder, server, slowly), expected.byteLength * 0.6);
  const names = await readdir(join(folder, 'shards', id));
  const partial = names.find((name) => name.endsWith('.download'));
  const file = await open(join(folder, 'shards', id, partial ?? ''), 'r+');
  // Every chunk gets a wrong byte.
  for (let position = 300_000; position < expected.byteLength; position += 250_000) {
    await file.write(Buffer.from([0x5a, 0xa5]), 0, 2, position);
  }
  await file.close();
  const sentBefore = server.sent.bytes;
  const path = await finish(start(folder, server, ''));
  expect((await readFile(path)).equals(expected)).toBe(true);
  expect(server.sent.bytes - sentBefore).toBeGreaterThan(expected.byteLength - before * 0.5);
});

it('a journal that is no good only costs the download so far', async () => {
  const server = await startModelServer(content);
  const folder = await libraryFolder();
  await killAfter(folder, start(folder, server, slowly), expected.byteLength * 0.4);
  const names = await readdir(join(folder, 'shards', id));
  const journal = names.find((name) => name.endsWith('.have')) ?? '';
  await writeFile(join(folder, 'shards', id, journal), 'rubbish');
  const path = await finish(start(folder, server, ''));
  expect((await readFile(path)).equals(expected)).toBe(true);
});
