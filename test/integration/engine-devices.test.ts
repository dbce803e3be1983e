/** Graphics devices, chosen and shared, on Mesa's software Vulkan: as one device, or twice. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { EngineClient } from '../../src-worker/node/engines/engine-client.ts';
import { TestModel } from '../support/engine/engine-models.ts';
import { engineEntry, TestEngine } from '../support/engine/engine-process.ts';
import { hasSoftwareCard, useSoftwareCards } from '../support/engine/software-card.ts';

let model: TestModel;

beforeAll(async () => {
  model = await TestModel.create({ type: 'F16' });
});
afterAll(() => model.remove());

async function start(parameters: Parameters<typeof TestEngine.start>[0]): Promise<TestEngine> {
  const engine = await TestEngine.start({ contextLength: 1024, ...parameters });
  onTestFinished(() => engine.stop());
  return engine;
}

async function deviceBytes(parameters: Omit<Parameters<typeof start>[0], 'path'>): Promise<number> {
  const engine = await start({ path: model.path, backend: 'auto', ...parameters });
  return engine.client.description.memory.deviceBytes;
}

/** The token that greedy sampling adds to one token: for a longer prompt more shaders would be compiled. */
async function nextToken(devices: { id: string; share: number }[]): Promise<number[]> {
  const engine = await start({ path: model.path, backend: 'auto', devices });
  await engine.client.open({ session: 1, sampling: { temperature: 0 } });
  engine.send(1, 0, [1]);
  await engine.until(() => engine.tokensOf(1).length > 0);
  return engine.tokensOf(1);
}

it('tells that only the processor computes where the owner wants no card', async () => {
  const found = await EngineClient.devices('cpu', { entry: engineEntry });
  expect(found).toEqual({ backend: 'cpu', devices: [] });
});

describe.skipIf(!hasSoftwareCard)('a graphics card', () => {
  it('tells which devices there are without loading a model', async () => {
    useSoftwareCards(1);
    const { backend, devices } = await EngineClient.devices('auto', { entry: engineEntry });
    expect(backend).toBe('vulkan');
    expect(devices).toEqual([
      expect.objectContaining({ id: 'Vulkan0', name: expect.stringContaining('llvmpipe') }),
    ]);
    expect(devices[0]?.totalBytes).toBeGreaterThan(2 ** 28);
    expect(devices[0]?.largestBufferBytes).toBeGreaterThan(2 ** 20);
  });

  it('puts on a device the layers that it is told to, and none where it is told of none', async () => {
    useSoftwareCards(1);
    const all = await deviceBytes({});
    const some = await deviceBytes({ deviceLayers: 2 });
    expect(some).toBeGreaterThan(0);
    expect(some).toBeLessThan(all);
    expect(await deviceBytes({ devices: [] })).toBe(0);
    expect(await deviceBytes({ deviceLayers: 0 })).toBe(0);
  });

  it('tells what its device has free while it runs, and nothing where the processor computes', async () => {
    useSoftwareCards(1);
    const onCard = await start({ path: model.path, backend: 'auto' });
    const [device, ...others] = await onCard.client.deviceMemory();
    expect(others).toEqual([]);
    expect(device?.id).toBe('Vulkan0');
    expect(device?.totalBytes).toBeGreaterThan(2 ** 28);
    expect(device?.freeBytes).toBeGreaterThan(0);
    const onProcessor = await start({ path: model.path, backend: 'cpu' });
    expect(await onProcessor.client.deviceMemory()).toEqual([]);
  });

  it('leaves out a device that is gone, and says so', async () => {
    useSoftwareCards(1);
    const engine = await start({
      path: model.path,
      backend: 'auto',
      devices: [{ id: '0000:42:00.0', share: 1 }],
    });
    expect(engine.client.description.backend).toBe('cpu');
    expect(engine.logs.join('\n')).toContain('0000:42:00.0 is not there');
  });

  it('divides a model over two devices by their shares, with the same next token', async () => {
    useSoftwareCards(2);
    const both = [
      { id: 'Vulkan0', share: 3 },
      { id: 'Vulkan1', share: 1 },
    ];
    expect(await nextToken(both)).toEqual(await nextToken([{ id: 'Vulkan0', share: 1 }]));
  });
});
