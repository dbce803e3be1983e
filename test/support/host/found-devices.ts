/** What llama.cpp would find on a machine with these cards. */
import type { Compute } from '../../../src-shared/compute.ts';
import type { Facts, GpuFacts } from '../../../src-shared/duty.ts';

/** null while the cards are not known: the sensors see what the driver sees. */
export function foundDevices(gpus: Facts['gpus']): Compute | null {
  return gpus.isKnown ? { backend: 'vulkan', devices: gpus.value.map(deviceOf) } : null;
}

function deviceOf({ pciAddress, name, isIntegrated, memoryBytes }: GpuFacts, index: number) {
  const totalBytes = memoryBytes.isKnown ? memoryBytes.value : 16e9;
  const id = pciAddress ?? `Device${index}`;
  return { id, name, isIntegrated, totalBytes, freeBytes: totalBytes, largestBufferBytes: 4e9 };
}
