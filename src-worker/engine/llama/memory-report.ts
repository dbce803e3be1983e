/** Reports the memory of a loaded shard. */
import type { MemoryReport } from '../../wire/engine-messages.ts';
import type { Library } from './library.ts';
import type { Model } from './model.ts';

export function memoryReport(library: Library, model: Model): MemoryReport {
  return {
    modelBytes: model.sizeBytes,
    contextBytes: library.log.contextBytes,
    deviceBytes: library.log.bytesOn(model.devices),
    residentBytes: process.memoryUsage.rss(),
  };
}
