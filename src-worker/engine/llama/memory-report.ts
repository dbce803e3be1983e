/** Reports the memory of a loaded shard, and the free memory of its devices. */
import type { MemoryReport } from '../../wire/engine-messages.ts';
import type { Library } from './library.ts';
import type { Model } from './model.ts';

export function memoryReport(library: Library, model: Model): MemoryReport {
  const { llama } = library;
  return {
    modelBytes: model.sizeBytes,
    contextBytes: library.log.contextBytes,
    residentBytes: process.memoryUsage.rss(),
    devices: Array.from({ length: llama.deviceCount() }, (_, index) => {
      const device = llama.deviceAt(index);
      const free: [number] = [0];
      const total: [number] = [0];
      llama.deviceMemory(device, free, total);
      return { name: llama.deviceDescription(device), totalBytes: total[0], freeBytes: free[0] };
    }),
  };
}
