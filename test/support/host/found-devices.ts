/** What llama.cpp would find on a machine with these cards. */
import type { Compute } from '../../../src-shared/compute.ts';
import type { Facts, GpuFacts } from '../../../src-shared/duty.ts';

const unlisted = {
  id: 'Vulkan0',
  name: 'A graphics device',
  isIntegrated: false,
  totalBytes: 8e9,
  freeBytes: 8e9,
  largestBufferBytes: 4e9,
} as const;

/** null while the cards are not known: the sensors see what the driver sees. */
export function foundDevices(
  gpus: Facts['gpus'],
  backend: Compute['backend'] = 'vulkan',
): Compute | null {
  if (backend === 'cpu') {
    return { backend, devices: [] };
  }
  if (!gpus.isKnown) {
    return null;
  }
  const cards = gpus.value.filter(({ vendor }) => backend !== 'cuda' || vendor === 'nvidia');
  return { backend, devices: cards.map(deviceOf) };
}

/** A device that the system does not list, as in a virtual machine. */
export function unlistedDevice(backend: 'cuda' | 'vulkan' | 'metal'): Compute {
  return { backend, devices: [unlisted] };
}

function deviceOf({ pciAddress, name, isIntegrated, memoryBytes }: GpuFacts, index: number) {
  const totalBytes = memoryBytes.isKnown ? memoryBytes.value : 16e9;
  const id = pciAddress ?? `Device${index}`;
  return { ...unlisted, id, name, isIntegrated, totalBytes, freeBytes: totalBytes };
}
