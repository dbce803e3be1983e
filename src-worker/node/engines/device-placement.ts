/**
 * Where each desired shard goes: onto the graphics devices, the first one filled before the second, as long as there is room, then
 * as many of its last layers as there is room for; the processor has the rest. A shard for which the computer has no room
 * is not loaded. Pure.
 */
import type { UsedDevice } from '../../../src-shared/compute.ts';
import type { ShardStatus } from '../../../src-shared/api/node-status.ts';
import type { LayerRange } from '../../../src-shared/model.ts';
import type { Placement } from '../../wire/engine-messages.ts';
import type { EngineSettings } from './engine-settings.ts';
import { deviceBytes, processorBytes, shardMemory, type ShardMemory } from './expected-memory.ts';
import { cells, type DesiredShard } from './desired-shard.ts';
import { fillDevices } from './fill-devices.ts';

export type DevicePlacement = Placement & {
  /** What the shard is expected to take on the devices; undefined where that cannot be told. */
  readonly expectedDeviceBytes: number | undefined;
  /** Cache cells, of which the devices can hold a layer's in one buffer. */
  readonly contextLength: number;
  /** Set where the computer has no room for the shard, which is not loaded then; in bytes. */
  readonly lack?: { readonly neededBytes: number; readonly roomBytes: number };
};

/** What the shards before left. */
type Room = {
  /** In bytes, of each device; Infinity where no limit is known. */
  readonly devices: readonly number[];
  readonly computerBytes: number;
};

type Placed = { readonly placement: DevicePlacement; readonly left: Room };

/** The placements of shards in the order in which they may take memory, by the same keys. */
export function devicePlacements(
  shards: ReadonlyMap<string, DesiredShard>,
  settings: EngineSettings,
): Map<string, DevicePlacement> {
  let room: Room = {
    devices: (settings.devices ?? []).map(({ memoryBytes }) => memoryBytes ?? Infinity),
    computerBytes: settings.memoryBytes ?? Infinity,
  };
  const placements = new Map<string, DevicePlacement>();
  for (const [key, shard] of shards) {
    const { placement, left } = placed(shard, settings, room);
    placements.set(key, placement);
    room = left;
  }
  return placements;
}

/** What a shard's status tells of its placement: layers on devices are those without the output. */
export function placementStatus(
  { devices, deviceLayers, expectedDeviceBytes, lack }: DevicePlacement,
  { firstLayer, lastLayer }: LayerRange,
): Pick<ShardStatus, 'expectedDeviceBytes' | 'layersOnDevices'> {
  if (expectedDeviceBytes === undefined) {
    return { expectedDeviceBytes, layersOnDevices: undefined };
  }
  const layers = lastLayer - firstLayer + 1;
  const isNone = lack !== undefined || devices?.length === 0;
  const most = isNone ? 0 : Math.max(0, (deviceLayers ?? Infinity) - 1);
  return { expectedDeviceBytes, layersOnDevices: Math.min(layers, most) };
}

/** One shard with what it leaves. */
function placed(shard: DesiredShard, settings: EngineSettings, room: Room): Placed {
  const contextLength = cellsInOneBuffer(shard, settings);
  const memory = memoryOf(shard, settings, contextLength);
  const { devices } = settings;
  if (devices?.length === 0 || settings.backend === 'cpu') {
    const onProcessor = { devices: [], deviceLayers: null, expectedDeviceBytes: 0, contextLength };
    return within(room, onProcessor, memory === undefined ? 0 : processorBytes(memory, 0));
  }
  if (memory === undefined || devices === null) {
    // In proportion to what may be taken of each device, or as llama.cpp likes.
    const shares = devices?.map(({ id, memoryBytes }) => ({ id, share: memoryBytes })) ?? null;
    const expectedDeviceBytes = memory && deviceBytes(memory, null);
    const placement = { devices: shares, deviceLayers: null, expectedDeviceBytes, contextLength };
    return { placement, left: room };
  }
  return onDevices(memory, devices, contextLength, room);
}

function onDevices(
  memory: ShardMemory,
  devices: readonly UsedDevice[],
  contextLength: number,
  room: Room,
): Placed {
  const { layers, each } = fillDevices(memory, room.devices);
  const taken = each.map(({ bytes }) => bytes);
  const isAll = layers > memory.layerBytes.length;
  const placement: DevicePlacement = {
    devices: devices.flatMap(({ id }, index) => {
      const share = each[index]?.layers ?? 0;
      return share === 0 ? [] : [{ id, share }];
    }),
    deviceLayers: isAll ? null : layers,
    expectedDeviceBytes: sum(taken),
    contextLength,
  };
  const ofComputer = taken.filter((_, index) => devices[index]?.sharesMemory === true);
  const left = room.devices.map((bytes, index) => bytes - (taken[index] ?? 0));
  return within(room, placement, processorBytes(memory, layers) + sum(ofComputer), left);
}

/** The placement where the computer has room for its part of the shard, else one that is not loaded and takes nothing. */
function within(
  room: Room,
  placement: DevicePlacement,
  neededBytes: number,
  devices = room.devices,
): Placed {
  const roomBytes = room.computerBytes;
  if (neededBytes > roomBytes) {
    const lack = { neededBytes, roomBytes };
    return { placement: { ...placement, expectedDeviceBytes: 0, lack }, left: room };
  }
  return { placement, left: { devices, computerBytes: roomBytes - neededBytes } };
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
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
