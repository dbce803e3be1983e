import { describe, expect, it } from 'vitest';
import type { UsedDevice } from '../../../src-shared/compute.ts';
import type { ModelSummary } from '../../../src-shared/model.ts';
import type { DesiredShard } from './desired-shard.ts';
import { type DevicePlacement, devicePlacements, placementStatus } from './device-placement.ts';
import type { EngineSettings } from './engine-settings.ts';
import { bufferBytes, pipelineBytes } from './buffer-memory.ts';

const gigabyte = 1e9;
const layers = 4;
/** Keys and values of a token are 16 values wide in each layer. */
const cellBytes = (16 + 16) * 2;
const settings: EngineSettings = {
  threads: 1,
  backend: 'auto',
  devices: null,
  memoryBytes: null,
  contextLength: 1000,
  maxSessions: 4,
};
const model = { manifestId: 'model', name: 'A model', layers, contextLength: 4000 } as ModelSummary;

function layerTensors(layer: number) {
  return [
    { name: `blk.${layer}.ffn_up.weight`, shape: [64, 64], size: gigabyte },
    { name: `blk.${layer}.attn_k.weight`, shape: [64, 16], size: 0 },
    { name: `blk.${layer}.attn_v.weight`, shape: [64, 16], size: 0 },
  ];
}

const tensors = [
  { name: 'token_embd.weight', shape: [64, 320], size: gigabyte },
  { name: 'output.weight', shape: [64, 320], size: gigabyte },
  ...[0, 1, 2, 3].flatMap(layerTensors),
] as unknown as NonNullable<DesiredShard['tensors']>;

const whole: DesiredShard = { model, layers: { firstLayer: 0, lastLayer: 3 }, tensors };
const unknownTensors: DesiredShard = { ...whole, tensors: undefined };

function withBytes(
  memoryBytes: number | null,
  largestBufferBytes: number | null = null,
): UsedDevice {
  return { id: 'Vulkan0', sharesMemory: false, memoryBytes, largestBufferBytes };
}

function placed(
  devices: readonly UsedDevice[] | null,
  shards: readonly DesiredShard[] = [whole],
  memoryBytes: number | null = null,
): DevicePlacement[] {
  const desired = new Map(shards.map((shard, index) => [String(index), shard]));
  const all = devicePlacements(desired, {
    ...settings,
    devices: devices && [...devices],
    memoryBytes,
  });
  return [...all.values()];
}

const cache = { contextLength: 1000, maxSessions: 4 };
const buffers = bufferBytes(tensors, cache, 'whole');
const pipelined = pipelineBytes(tensors, cache, 'whole');

/** Layers with their cache, the output, and buffers. */
function taken(of: number, hasOutput = true): number {
  return of * (gigabyte + 1000 * cellBytes) + (hasOutput ? gigabyte : 0) + buffers;
}

describe('how much of a shard goes onto the devices', () => {
  it('is all of it but the token embeddings where that fits', () => {
    const [placement] = placed([withBytes(8 * gigabyte)]);
    expect(placement).toMatchObject({ deviceLayers: null, expectedDeviceBytes: taken(4) });
  });

  it('is as many of the last layers, with the output, as fit', () => {
    const [placement] = placed([withBytes(3.5 * gigabyte)]);
    expect(placement).toMatchObject({ deviceLayers: 3, expectedDeviceBytes: taken(2) });
  });

  it('is nothing where not even the output fits', () => {
    const [placement] = placed([withBytes(gigabyte)]);
    expect(placement).toMatchObject({ deviceLayers: 0, expectedDeviceBytes: 0 });
  });

  it('is all of it where a device does not tell its memory, or none is named', () => {
    const free = { deviceLayers: null, expectedDeviceBytes: taken(4) };
    expect(placed([withBytes(null)])).toMatchObject([free]);
    expect(placed(null)).toMatchObject([{ ...free, devices: null }]);
  });

  it('is nothing without a device', () => {
    expect(placed([])).toMatchObject([{ devices: [], expectedDeviceBytes: 0 }]);
  });

  it('counts what the shards before it take, and those whose tensors are not known take all they need', () => {
    const [first, second] = placed([withBytes(8 * gigabyte)], [whole, whole]);
    expect(first).toMatchObject({ deviceLayers: null });
    expect(second).toMatchObject({ deviceLayers: 2, expectedDeviceBytes: taken(1) });
    const [unsure] = placed([withBytes(1)], [unknownTensors]);
    expect(unsure).toMatchObject({ deviceLayers: null, expectedDeviceBytes: undefined });
  });

  it('is divided by what may be taken of each device where the tensors are not known', () => {
    const two = [withBytes(3 * gigabyte), second(gigabyte)];
    expect(placed(two, [unknownTensors])[0]?.devices).toEqual([
      { id: 'Vulkan0', share: 3 * gigabyte },
      { id: 'Vulkan1', share: gigabyte },
    ]);
  });
});

function second(memoryBytes: number): UsedDevice {
  return { ...withBytes(memoryBytes), id: 'Vulkan1' };
}

describe('of two devices', () => {
  it('the first one takes all that it has room for, and the second one alone what is left', () => {
    const [first] = placed([withBytes(8 * gigabyte), second(8 * gigabyte)]);
    expect(first).toMatchObject({ devices: [{ id: 'Vulkan0', share: 5 }], deviceLayers: null });
    const [both] = placed([withBytes(3.5 * gigabyte), second(8 * gigabyte)]);
    expect(both).toMatchObject({
      devices: [
        { id: 'Vulkan0', share: 3 },
        { id: 'Vulkan1', share: 2 },
      ],
      deviceLayers: null,
      // Each has buffers of its own, for four batches.
      expectedDeviceBytes: taken(4) + buffers + 2 * pipelined,
    });
  });

  it('the second one has what shards before left of the first', () => {
    const devices = [withBytes(8 * gigabyte), second(8 * gigabyte)];
    const [first, next] = placed(devices, [whole, whole]);
    expect(first?.devices).toEqual([{ id: 'Vulkan0', share: 5 }]);
    expect(next?.devices).toEqual([
      { id: 'Vulkan0', share: 2 },
      { id: 'Vulkan1', share: 3 },
    ]);
  });

  it('one that has no room for a layer is left out', () => {
    const [placement] = placed([withBytes(gigabyte / 2), second(3.5 * gigabyte)]);
    expect(placement).toMatchObject({ devices: [{ id: 'Vulkan1', share: 3 }], deviceLayers: 3 });
    expect(placed([withBytes(1), second(1)])).toMatchObject([{ devices: [], deviceLayers: 0 }]);
  });
});

/** Embeddings, layers with their cache, and buffers on the processor. */
function onProcessor(of: number): number {
  return gigabyte + of * (gigabyte + 1000 * cellBytes) + buffers;
}

describe('a shard for which the computer has no room', () => {
  const needed = onProcessor(4) + gigabyte;

  it('is not loaded, and says what it needs', () => {
    expect(placed([], [whole], needed)[0]?.lack).toBeUndefined();
    expect(placed([], [whole], needed - 1)).toMatchObject([
      { expectedDeviceBytes: 0, lack: { neededBytes: needed, roomBytes: needed - 1 } },
    ]);
  });

  it('takes nothing from those behind it', () => {
    const upper = { ...whole, layers: { firstLayer: 2, lastLayer: 3 } };
    const [large, small] = placed([], [whole, upper], needed - 1);
    expect(large?.lack).toBeDefined();
    expect(small?.lack).toBeUndefined();
    const [first, again] = placed([], [upper, whole], needed + 1);
    expect(first?.lack).toBeUndefined();
    expect(again?.lack).toMatchObject({ neededBytes: needed });
  });

  it('needs it for its layers on the processor alone, and for those on a device that has the computer’s', () => {
    const card = withBytes(3.5 * gigabyte);
    expect(placed([card], [whole], onProcessor(2))[0]?.lack).toBeUndefined();
    expect(placed([card], [whole], onProcessor(2) - 1)[0]?.lack).toBeDefined();
    const large = withBytes(8 * gigabyte);
    expect(placed([large], [whole], gigabyte)[0]?.lack).toBeUndefined();
    const integrated = { ...large, sharesMemory: true };
    expect(placed([integrated], [whole], gigabyte + taken(4))[0]?.lack).toBeUndefined();
    expect(placed([integrated], [whole], gigabyte + taken(4) - 1)[0]?.lack).toBeDefined();
  });

  it('is not known where its tensors are not', () => {
    expect(placed([], [unknownTensors], 1)[0]?.lack).toBeUndefined();
  });
});

describe('the cache of a shard', () => {
  it('has the cells that the owner set, up to what one buffer of a device holds', () => {
    expect(placed([withBytes(8 * gigabyte)])).toMatchObject([{ contextLength: 1000 }]);
    // Keys of a layer take 32 bytes a token.
    expect(placed([withBytes(8 * gigabyte, 600 * 32)])).toMatchObject([{ contextLength: 512 }]);
  });
});

/** How many layers a status tells to be on these devices. */
function layersOn(devices: readonly UsedDevice[] | null, shard = whole): number | undefined {
  return placed(devices, [shard]).map(
    (each) => placementStatus(each, shard.layers).layersOnDevices,
  )[0];
}

describe('what a status tells of the devices', () => {
  it('is how many layers run there, without the output', () => {
    expect(layersOn(null)).toBe(layers);
    expect(layersOn([withBytes(100 * gigabyte)])).toBe(layers);
    expect(layersOn([withBytes(3.5 * gigabyte)])).toBe(2);
    expect(layersOn([withBytes(1.5 * gigabyte)])).toBe(0);
    expect(layersOn([])).toBe(0);
  });

  it('is nothing where the tensors are not known', () => {
    expect(layersOn(null, unknownTensors)).toBeUndefined();
  });
});
