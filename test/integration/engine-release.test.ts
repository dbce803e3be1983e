import { cp, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { libraryFolders } from '../../src-worker/engine/llama/backend.ts';
import { openLibraryIn } from '../../src-worker/engine/llama/library.ts';
import { loadLlama } from '../../src-worker/engine/llama/llama.ts';
import { checkLoadedRelease, checkReleaseOfFolder } from '../../src-worker/engine/llama/release.ts';

const mismatch = expect.objectContaining({
  code: 'engine-release-mismatch',
  message: expect.stringContaining('npm ci'),
});

let folder: string;
let real: string;

beforeEach(async () => {
  real = (await libraryFolders('cpu'))[0].path;
  folder = await mkdtemp(join(tmpdir(), 'mindmesh-release-'));
  for (const name of await readdir(real)) {
    await symlink(join(real, name), join(folder, name));
  }
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function writeMetadata(text: string): Promise<void> {
  const path = join(folder, '_nlcBuildMetadata.json');
  await rm(path);
  await writeFile(path, text);
}

function openFolder(): unknown {
  return openLibraryIn({ path: folder, fallbackPath: undefined, gpu: false }, 'cpu');
}

describe('a folder of llama.cpp libraries', () => {
  it('is accepted when it is the release that the struct layouts were written for', () => {
    expect(() => checkReleaseOfFolder(folder)).not.toThrow();
  });

  it('is refused before anything is loaded when it declares another release', async () => {
    await writeMetadata(
      '{"buildOptions":{"llamaCpp":{"repo":"ggml-org/llama.cpp","release":"v0.6.1"}}}',
    );
    expect(openFolder).toThrow(mismatch);
    expect(openFolder).toThrow(/needs llama.cpp v0\.5\.0, but .* are of release v0\.6\.1/);
  });

  it('is refused when its libraries are named after another release', async () => {
    const names = await readdir(folder);
    const name = names.find((candidate) => /llama\.v/.test(candidate)) ?? '';
    await rename(join(folder, name), join(folder, name.replace('v0.5.0', 'v0.4.9')));
    expect(() => checkReleaseOfFolder(folder)).toThrow(mismatch);
    expect(() => checkReleaseOfFolder(folder)).toThrow('v0.4.9');
  });

  it.each(['', 'not JSON', '{}', '{"buildOptions":{"llamaCpp":{"release":5}}}'])(
    'is refused when its metadata is %j',
    async (text) => {
      await writeMetadata(text);
      expect(() => checkReleaseOfFolder(folder)).toThrow(mismatch);
    },
  );

  it('is refused when it is empty', async () => {
    const empty = join(folder, 'empty');
    await mkdir(empty);
    expect(() => checkReleaseOfFolder(empty)).toThrow(mismatch);
    await cp(join(real, '_nlcBuildMetadata.json'), join(empty, '_nlcBuildMetadata.json'));
    expect(() => checkReleaseOfFolder(empty)).toThrow(/named as release unknown/);
  });
});

describe('loaded libraries', () => {
  it('are accepted when their default parameters read as the release’s', () => {
    const llama = loadLlama(real);
    expect(llama.version()).toMatch(/^0\.5\.0/);
    expect(() =>
      checkLoadedRelease(llama.version(), llama.modelDefaults(), llama.contextDefaults()),
    ).not.toThrow();
  });

  it('are refused when they call themselves something else, or a parameter is out of place', () => {
    const llama = loadLlama(real);
    const model = llama.modelDefaults();
    const context = llama.contextDefaults();
    expect(() => checkLoadedRelease('0.5.1', model, context)).toThrow(mismatch);
    expect(() => checkLoadedRelease('0.5.0', { ...model, split_mode: 0 }, context)).toThrow(
      mismatch,
    );
    expect(() => checkLoadedRelease('0.5.0', model, { ...context, n_ubatch: 1 })).toThrow(mismatch);
    expect(() => checkLoadedRelease('0.5.0', model, { ...context, type_k: 0 })).toThrow(mismatch);
  });
});
