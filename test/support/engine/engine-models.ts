/** Random-weight models on disk, whole and cut, in a folder of their own that is removed after the tests. */
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGguf } from '../../../src-worker/gguf/read.ts';
import { sliceShard, writeHeader } from '../../../src-worker/gguf/slice.ts';
import { type StageRole, stageRoleOf } from '../../../src-worker/wire/stage-role.ts';
import { type RandomModelOptions, writeRandomModel } from './random-model.ts';

export class TestModel {
  readonly options: Partial<RandomModelOptions>;
  readonly folder: string;
  readonly #written = new Set<string>();

  private constructor(folder: string, options: Partial<RandomModelOptions>) {
    this.folder = folder;
    this.options = options;
  }

  static async create(options: Partial<RandomModelOptions> = {}): Promise<TestModel> {
    const model = new TestModel(await mkdtemp(join(tmpdir(), 'mindmesh-engine-')), options);
    await writeRandomModel(model.path, options);
    return model;
  }

  /** A model that is there already. @param layers how many it has */
  static async of(path: string, layers: number): Promise<TestModel> {
    const model = new TestModel(await mkdtemp(join(tmpdir(), 'mindmesh-engine-')), { layers });
    await symlink(path, model.path);
    return model;
  }

  get layers(): number {
    return this.options.layers ?? 4;
  }

  get path(): string {
    return join(this.folder, 'whole.gguf');
  }

  /** The file with these layers, both included; it is cut at its first use. */
  async cut(firstLayer: number, lastLayer: number): Promise<string> {
    return this.#once(`${firstLayer}-${lastLayer}.gguf`, async (path) => {
      const source = await openGguf(this.path);
      await sliceShard(source, { firstLayer, lastLayer }, path);
      await source.close();
    });
  }

  /** The file with metadata and tokenizer alone. */
  async header(): Promise<string> {
    return this.#once('header.gguf', async (path) => {
      const source = await openGguf(this.path);
      await writeHeader(source, path);
      await source.close();
    });
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  async #once(name: string, write: (path: string) => Promise<void>): Promise<string> {
    const path = join(this.folder, name);
    if (!this.#written.has(name)) {
      await write(path);
      this.#written.add(name);
    }
    return path;
  }
}

export function roleOf(firstLayer: number, lastLayer: number, layers: number): StageRole {
  return stageRoleOf({ firstLayer, lastLayer }, layers);
}

/** The ranges of layers that result from cutting a model of `layers` layers before each of `boundaries`. */
export function rangesAt(
  boundaries: readonly number[],
  layers: number,
): { firstLayer: number; lastLayer: number }[] {
  const starts = [0, ...boundaries];
  return starts.map((firstLayer, index) => ({
    firstLayer,
    lastLayer: (starts[index + 1] ?? layers) - 1,
  }));
}

export function tokensAsBytes(tokens: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(tokens).buffer);
}
