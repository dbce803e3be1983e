/** Finds the graphics devices of this machine, and chooses those for a model. */
import type { ComputeDevice, DeviceMemory } from '../../../src-shared/compute.ts';
import { mostDevices } from '../../../src-shared/compute.ts';
import type { Placement } from '../../wire/engine-messages.ts';
import { log } from '../log.ts';
import type { Library } from './library.ts';
import { deviceTypes, type Llama, type Pointer } from './llama.ts';
import type { ModelParameters } from './llama-layouts.ts';

type GraphicsDevice = {
  readonly pointer: Pointer;
  /** The device's name in llama.cpp, also in the names of its buffers: "Vulkan0". */
  readonly name: string;
  readonly device: ComputeDevice;
};

/** Where a model is loaded: the parameters for llama.cpp, and the devices by llama.cpp's names. */
export type DeviceChoice = {
  readonly parameters: Pick<ModelParameters, 'devices' | 'n_gpu_layers' | 'tensor_split'>;
  readonly names: readonly string[];
};

/** All graphics devices, each once, since a card that two drivers report has one PCI address. */
export function computeDevices(library: Library): ComputeDevice[] {
  return library.backend === 'cpu'
    ? []
    : graphicsDevices(library.llama).map(({ device }) => device);
}

/** What the devices of these names have free now, by their drivers. */
export function deviceMemory(library: Library, names: readonly string[]): DeviceMemory {
  const found = names.length === 0 ? [] : graphicsDevices(library.llama);
  return found
    .filter(({ name }) => names.includes(name))
    .map(({ device: { id, totalBytes, freeBytes } }) => ({ id, totalBytes, freeBytes }));
}

/**
 * Chooses the devices for a model. Where none are named, it takes all graphics cards, and integrated
 * ones only where there is no other. A device that is gone is left out; without any, the processor computes.
 */
export function chooseDevices(
  library: Library,
  { devices, deviceLayers }: Placement,
): DeviceChoice {
  const found = library.backend === 'cpu' ? [] : graphicsDevices(library.llama);
  const chosen = devices === null ? usualDevices(found) : wantedDevices(found, devices);
  const isOnProcessor = chosen.length === 0 || deviceLayers === 0;
  const used = isOnProcessor ? [] : chosen;
  return {
    names: used.map(({ name }) => name),
    parameters: {
      // The list ends with a zero; without a device before it, nothing is offloaded.
      devices: BigUint64Array.from([...used.map(({ pointer }) => pointer), 0n]),
      n_gpu_layers: isOnProcessor ? 0 : (deviceLayers ?? -1),
      tensor_split: shares(used.map(({ share }) => share)),
    },
  };
}

type ChosenDevice = GraphicsDevice & { readonly share: number | null };

function usualDevices(found: readonly GraphicsDevice[]): ChosenDevice[] {
  const isAnyDiscrete = found.some(({ device }) => !device.isIntegrated);
  return found
    .filter(({ device }) => device.isIntegrated !== isAnyDiscrete)
    .map((each) => ({ ...each, share: null }));
}

function wantedDevices(
  found: readonly GraphicsDevice[],
  wanted: NonNullable<Placement['devices']>,
): ChosenDevice[] {
  return wanted.flatMap(({ id, share }) => {
    const match = found.find(({ device }) => device.id === id);
    if (match === undefined) {
      log('warn', `The graphics device ${id} is not there; the model is loaded without it.`);
    }
    return match === undefined ? [] : [{ ...match, share }];
  });
}

/** The shares of the devices; null leaves the division to llama.cpp, which goes by the free memory of each device. */
function shares(each: readonly (number | null)[]): Float32Array | null {
  if (each.length < 2 || each.includes(null)) {
    return null;
  }
  const split = new Float32Array(mostDevices);
  split.set(each.map((share) => share ?? 0));
  return split;
}

function graphicsDevices(llama: Llama): GraphicsDevice[] {
  const byId = new Map<string, GraphicsDevice>();
  for (let index = 0; index < llama.deviceCount(); index += 1) {
    const pointer = llama.deviceAt(index);
    const found = llama.deviceProperties(pointer);
    const isIntegrated = found.type === deviceTypes.integratedGpu;
    const id = found.device_id ?? found.name;
    if ((found.type === deviceTypes.gpu || isIntegrated) && !byId.has(id)) {
      const device = {
        id,
        name: found.description,
        isIntegrated,
        totalBytes: found.memory_total,
        freeBytes: found.memory_free,
        largestBufferBytes: llama.largestBufferOf(pointer),
      };
      byId.set(id, { pointer, name: found.name, device });
    }
  }
  return [...byId.values()].slice(0, mostDevices);
}
