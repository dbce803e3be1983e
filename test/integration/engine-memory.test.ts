import { expect, it, onTestFinished } from 'vitest';
import { openGguf } from '../../src-worker/gguf/read.ts';
import { expectedMemoryBytes } from '../../src-worker/node/engines/expected-memory.ts';
import { makeManifest } from '../../src-worker/node/manifests/make-manifest.ts';
import { roleOf, TestModel } from '../support/engine/engine-models.ts';
import { TestEngine } from '../support/engine/engine-process.ts';

const contextLength = 4096;
/** What the estimate has for buffers, which llama.cpp makes as large as it needs. */
const bufferBytes = 192 * 1024 * 1024;

it.each([
  [0, 3, false],
  [0, 1, false],
  [1, 2, false],
  [2, 3, false],
  [2, 3, true],
])(
  'layers %d to %d take what was expected of them (tied: %s)',
  async (firstLayer, lastLayer, tied) => {
    const options = { width: 512, heads: 8, kvHeads: 2, feedForward: 1024, vocabulary: 4096, tied };
    const model = await TestModel.create({ ...options, type: 'F16' });
    onTestFinished(() => model.remove());
    const file = await openGguf(model.path);
    const { tensors } = await makeManifest(file);
    await file.close();
    const role = roleOf(firstLayer, lastLayer, model.layers);
    const path = role === 'whole' ? model.path : await model.cut(firstLayer, lastLayer);
    const engine = await TestEngine.start({ path, role, contextLength });
    onTestFinished(() => engine.stop());
    const { modelBytes, contextBytes } = engine.client.description.memory;
    const range = { firstLayer, lastLayer };
    const expected = expectedMemoryBytes(tensors, range, model.layers, contextLength);
    expect(modelBytes + contextBytes).toBeLessThanOrEqual(expected);
    expect(modelBytes + contextBytes).toBeGreaterThanOrEqual(expected - bufferBytes);
  },
);
