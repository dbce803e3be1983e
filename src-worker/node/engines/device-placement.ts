/**
 * How much of each desired shard goes onto the graphics devices: all of it while that fits, then as many of its last layers
 * as still do; the processor has the rest. Pure.
 */
import type { UsedDevice } from '../../../src-shared/compute.ts';
import type { ShardStatus } from '../../../src-shared/api/node-status.ts';
import type { LayerRange } from '../../../src-shared/model.ts';
import type { Placement } from '../../wire/engine-messages.ts';
import type { EngineSettings } from './engine-settings.ts';
import { deviceBytes, layersWithin, shardMemory, type ShardMemory } from './expected-memory.ts';
import { cells, type DesiredShard } from './desired-shard.ts';

export type DevicePlacement = Placement & {
  /** What the shard is expected to take on the devices; undefined where that cannot be told. */
  readonly expectedDeviceBytes: number | undefined;
  /** Cache cells, of which the devices can hold a layer's in one buffer. */
  readonly contextLength: number;
};

/** The placements of shards in the order in which they may take memory, by the same keys. */
export function devicePlacements(
  shards: ReadonlyMap<string, DesiredShard>,
  settings: EngineSettings,
): Map<string, DevicePlacement> {
  let budget = budgetOf(settings.devices);
  const placements = new Map<string, DevicePlacement>();
  for (const [key, shard] of shards) {
    const placement = placementOf(shard, settings, budget);
    budget -= placement.expectedDeviceBytes ?? 0;
    placements.set(key, placement);
  }
  return placements;
}

/** What a shard's status tells of its placement: layers on devices are those without the output. */
export function placementStatus(
  { devices, deviceLayers, expectedDeviceBytes }: DevicePlacement,
  { firstLayer, lastLayer }: LayerRange,
): Pick<ShardStatus, 'expectedDeviceBytes' | 'layersOnDevices'> {
  if (expectedDeviceBytes === undefined) {
    return { expectedDeviceBytes, layersOnDevices: undefined };
  }
  const layers = lastLayer - firstLayer + 1;
  const most = devices?.length === 0 ? 0 : Math.max(0, (deviceLayers ?? Infinity) - 1);
  return { expectedDeviceBytes, layersOnDevices: Math.min(layers, most) };
}

/** Of one shard. */
function placementOf(
  shard: DesiredShard,
  settings: EngineSettings,
  budgetBytes: number,
): DevicePlacement {
  const contextLength = cellsInOneBuffer(shard, settings);
  const devices =
    settings.devices?.map(({ id, memoryBytes }) => ({ id, share: memoryBytes })) ?? null;
  if (devices?.length === 0 || settings.backend === 'cpu') {
    return { devices: [], deviceLayers: null, expectedDeviceBytes: 0, contextLength };
  }
  const memory = memoryOf(shard, settings, contextLength);
  if (memory === undefined) {
    return { devices, deviceLayers: null, expectedDeviceBytes: undefined, contextLength };
  }
  const deviceLayers = layersWithin(memory, budgetBytes);
  const expectedDeviceBytes = deviceBytes(memory, deviceLayers);
  return { devices, deviceLayers, expectedDeviceBytes, contextLength };
}

/** What is not known to be limited has no limit. */
function budgetOf(devices: readonly UsedDevice[] | null): number {
  return devices?.reduce((sum, { memoryBytes }) => sum + (memoryBytes ?? Infinity), 0) ?? Infinity;
}

/** A layer's keys are one buffer, as are its values, and llama.cpp ends the process where a device has no room for one. */
function cellsInOneBuffer(shard: DesiredShard, settings: EngineSettings): number {
  const wanted = cells(shard.model, settings);
  const largest = Math.min(
    Infinity,
    ...(settings.devices ?? []).flatMap(({ largestBufferBytes }) => largestBufferBytes ?? []),
  );
  const cellBytes = (memoryOf(shard, settings, wanted)?.largestCacheBytes ?? 0) / wanted;
  return cellBytes * wanted <= largest
    ? wanted
    : Math.max(256, Math.floor(largest / cellBytes / 256) * 256);
}

function memoryOf(
  { model, layers, tensors }: DesiredShard,
  { maxSessions }: EngineSettings,
  contextLength: number,
): ShardMemory | undefined {
  return tensors === undefined
    ? undefined
    : shardMemory(tensors, layers, model.layers, { contextLength, maxSessions });
}
