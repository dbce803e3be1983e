/** What llama.cpp reports of graphics devices: with a PCI address on Linux, by a name of its own elsewhere. */
import type { ComputeDevice } from '../../../src-shared/compute.ts';

type Given = {
  readonly id?: string;
  readonly gigabytes: number;
  readonly isIntegrated?: boolean;
};

/** @param name as the driver calls it */
export function device(name: string, { id, gigabytes, isIntegrated }: Given): ComputeDevice {
  return {
    id: id ?? 'Vulkan0',
    name,
    isIntegrated: isIntegrated ?? false,
    totalBytes: gigabytes * 1e9,
    freeBytes: gigabytes * 0.97e9,
    largestBufferBytes: 4_294_967_292,
  };
}

/** NVIDIA's cards as CUDA finds them, at the addresses of played-cards.ts. */
export function cudaDevices(count = 1, name = 'NVIDIA GeForce RTX 4090'): ComputeDevice[] {
  return Array.from({ length: count }, (_, index) => ({
    ...device(name, { id: `0000:0${index + 1}:00.0`, gigabytes: 25.3 }),
    largestBufferBytes: 1e18,
  }));
}

/** Metal has no integrated devices, though all share the computer's memory. */
export function metalDevice(name: string, gigabytes: number): ComputeDevice {
  return device(name, { id: 'MTL0', gigabytes });
}
