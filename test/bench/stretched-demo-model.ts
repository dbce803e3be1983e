/**
 * The demo model for conversations longer than the 448 tokens that it was trained with: the same weights, but its rotary
 * position embeddings turn more slowly ("NTK-aware" scaling of their base), so that twice as many positions look like
 * those that it knows. Without that its answers end after a few words there.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appFiles } from '../../src-main/base/app-files.ts';
import { openGguf } from '../../src-worker/gguf/read.ts';
import { float32Value, numberOf } from '../../src-worker/gguf/values.ts';
import { writeGguf } from '../../src-worker/gguf/write.ts';

const baseKey = 'llama.rope.freq_base';
/** Found by trial: with 2 some answers still end early, with 4 they are complete. */
const factor = 4;

export class StretchedDemoModel {
  readonly path: string;
  readonly #folder: string;

  static async write(): Promise<StretchedDemoModel> {
    const model = new StretchedDemoModel(await mkdtemp(join(tmpdir(), 'mindmesh-stretched-')));
    const source = await openGguf(appFiles().demoModel);
    try {
      const { metadata, tensors } = source.header;
      const base = numberOf(metadata.get(baseKey));
      if (base === undefined) {
        throw new Error(`The demo model does not say its ${baseKey}`);
      }
      await writeGguf(model.path, {
        metadata: new Map([...metadata, [baseKey, float32Value(base * factor)]]),
        tensors: tensors.map((tensor) => ({
          name: tensor.name,
          type: tensor.type,
          shape: tensor.shape,
          data: source.read(tensor),
        })),
      });
      return model;
    } catch (error) {
      await model.remove();
      throw error;
    } finally {
      await source.close();
    }
  }

  private constructor(folder: string) {
    this.#folder = folder;
    this.path = join(folder, 'demo-model.gguf');
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}
