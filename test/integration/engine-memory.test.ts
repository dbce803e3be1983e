import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { UsedDevice } from '../../src-shared/compute.ts';
import type { LayerRange, ModelSummary } from '../../src-shared/model.ts';
import { openGguf } from '../../src-worker/gguf/read.ts';
import { devicePlacements } from '../../src-worker/node/engines/device-placement.ts';
import {
  deviceBytes,
  expectedMemoryBytes,
  shardMemory,
} from '../../src-worker/node/engines/expected-memory.ts';
import { makeManifest } from '../../src-worker/node/manifests/make-manifest.ts';
import { type Manifest, toModelSummary } from '../../src-worker/node/manifests/manifest.ts';
import type { MemoryReport } from '../../src-worker/wire/engine-messages.ts';
import { roleOf, TestModel } from '../support/engine/engine-models.ts';
import { TestEngine } from '../support/engine/engine-process.ts';
import { hasSoftwareCard, useSoftwareCards } from '../support/engine/software-card.ts';

/** Weights, cache and buffers are of one size, so that one that was left out or counted twice is seen. */
const cells = { contextLength: 8192, maxSessions: 8 };
const shape = { width: 1024, heads: 16, kvHeads: 8, feedForward: 4096, vocabulary: 16_384 };
const whole = { firstLayer: 0, lastLayer: 3 };
const cuts: readonly LayerRange[] = [
  whole,
  { firstLayer: 0, lastLayer: 1 },
  { firstLayer: 1, lastLayer: 2 },
  { firstLayer: 2, lastLayer: 3 },
];

/** What a shard really takes. */
async function loaded(model: TestModel, cut: LayerRange, onCard: boolean): Promise<MemoryReport> {
  const role = roleOf(cut.firstLayer, cut.lastLayer, model.layers);
  const path = role === 'whole' ? model.path : await model.cut(cut.firstLayer, cut.lastLayer);
  const engine = await TestEngine.start({ path, role, ...cells, backend: onCard ? 'auto' : 'cpu' });
  onTestFinished(() => engine.stop());
  return engine.client.description.memory;
}

function device(id: string, memoryBytes: number | null): UsedDevice {
  return { id, sharesMemory: false, memoryBytes, largestBufferBytes: null };
}

describe.each([false, true])('a model whose head is its embedding: %s', (tied) => {
  let model: TestModel;
  let tensors: Manifest['tensors'];
  let summary: ModelSummary;

  beforeAll(async () => {
    model = await TestModel.create({ ...shape, tied, type: 'F16' });
    const file = await openGguf(model.path);
    const manifest = await makeManifest(file);
    ({ tensors } = manifest);
    summary = { ...toModelSummary(manifest), contextLength: cells.contextLength };
    await file.close();
  });
  afterAll(() => model.remove());

  it.each(cuts)('takes of the computer what was expected, with layers %o', async (cut) => {
    const { modelBytes, contextBytes } = await loaded(model, cut, false);
    const expected = expectedMemoryBytes(tensors, cut, model.layers, cells);
    expect(expected / (modelBytes + contextBytes)).toBeGreaterThan(0.9);
    expect(expected / (modelBytes + contextBytes)).toBeLessThan(1.1);
  });

  it.skipIf(!hasSoftwareCard).each(cuts)(
    'takes of a card what was expected, with layers %o',
    async (cut) => {
      useSoftwareCards();
      const measured = await loaded(model, cut, true);
      const expected = deviceBytes(shardMemory(tensors, cut, model.layers, cells), null);
      expect(expected / measured.deviceBytes).toBeGreaterThan(0.9);
      expect(expected / measured.deviceBytes).toBeLessThan(1.1);
    },
  );

  it.skipIf(!hasSoftwareCard)(
    'takes of two cards what was expected, the first one filled before the second',
    async () => {
      useSoftwareCards(2);
      const shard = { model: summary, layers: whole, tensors };
      const memory = shardMemory(tensors, whole, model.layers, cells);
      const room = memory.bufferBytes + memory.pipelineBytes + 2.5 * (memory.layerBytes[0] ?? 0);
      const devices = [device('Vulkan1', Math.ceil(room)), device('Vulkan0', null)];
      const settings = {
        threads: 1,
        backend: 'auto',
        memoryBytes: null,
        ...cells,
        devices,
      } as const;
      const [placement] = devicePlacements(new Map([['whole', shard]]), settings).values();
      expect(placement?.devices).toEqual([
        { id: 'Vulkan1', share: 2 },
        { id: 'Vulkan0', share: 3 },
      ]);
      const engine = await TestEngine.start({
        path: model.path,
        ...cells,
        ...placement,
        backend: 'auto',
      });
      onTestFinished(() => engine.stop());
      const measured = engine.client.description.memory.deviceBytes;
      expect((placement?.expectedDeviceBytes ?? 0) / measured).toBeGreaterThan(0.9);
      expect((placement?.expectedDeviceBytes ?? 0) / measured).toBeLessThan(1.1);
    },
  );
});
