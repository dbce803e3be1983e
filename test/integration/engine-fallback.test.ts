/** Libraries for a card whose driver has another version, or which is gone, are replaced by the next ones. */
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LibraryFolder, libraryFolders } from '../../src-worker/engine/llama/backend.ts';
import { openFirstLibrary } from '../../src-worker/engine/llama/library.ts';
import { Shard } from '../../src-worker/engine/llama/shard.ts';
import { TestModel } from '../support/engine/engine-models.ts';

let root: string;
let model: TestModel;
let onProcessor: LibraryFolder;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mindmesh-fallback-'));
  model = await TestModel.create({ type: 'F16' });
  [onProcessor] = await libraryFolders('cpu');
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
  await model.remove();
});

/** A folder with this machine's libraries, one of which is broken, that claims to have those for a card. */
async function brokenFolder(gpu: 'cuda' | 'vulkan', broken: RegExp): Promise<LibraryFolder> {
  const path = join(root, `${gpu}-${broken.source.replaceAll(/\W/g, '')}`);
  await mkdir(path);
  for (const name of await readdir(onProcessor.path)) {
    await (broken.test(name)
      ? writeFile(join(path, name), 'not a library')
      : symlink(join(onProcessor.path, name), join(path, name)));
  }
  return { path, fallbackPath: undefined, gpu };
}

it('takes the next folder where libraries do not load, or find no card, and computes with it', async () => {
  const cuda = await brokenFolder('cuda', /llama\.v/);
  // The folder only has the libraries for the processor, as if those for the card did not load.
  const vulkan = await brokenFolder('vulkan', /never/);
  const library = openFirstLibrary([cuda, vulkan, onProcessor], 'auto');
  expect(library.backend).toBe('cpu');
  const options = { contextLength: 256, maxSessions: 1, batchSize: 64, threads: 1 };
  const shard = await Shard.load(library, model.path, { ...options, role: 'whole' });
  shard.dispose();
});

it('says what is wrong where no folder is left', async () => {
  const cuda = await brokenFolder('cuda', /ggml\.v/);
  expect(() => openFirstLibrary([cuda], 'auto')).toThrow(
    expect.objectContaining({ code: 'engine-load-failed' }),
  );
});
