/**
 * Fills graphics devices with a shard's layers, one device after the other. Pure.
 *
 * llama.cpp gives a device consecutive layers, so the first one takes the first of those that fit, and the output goes with the last
 * one. Compute buffers lie on every device that has a layer, and larger ones where several have all layers together.
 */
import type { ShardMemory } from './expected-memory.ts';

export type FilledDevices = {
  /** How many of the last layers, the output counted as one, the devices take together. */
  readonly layers: number;
  /** Of each device, how many of them, and the bytes that these take there; 0 where it takes none. */
  readonly each: readonly { readonly layers: number; readonly bytes: number }[];
};

/** The most layers that the devices have room for, in the order of the devices. */
export function fillDevices(memory: ShardMemory, roomBytes: readonly number[]): FilledDevices {
  const parts = [...memory.layerBytes, memory.outputBytes + memory.copiedBytes];
  for (let first = 0; first < parts.length; first += 1) {
    const wanted = parts.slice(first);
    const plain = filled(wanted, memory.bufferBytes, roomBytes);
    const isShared = (plain ?? []).filter(({ layers }) => layers > 0).length > 1;
    const each =
      first === 0 && isShared
        ? filled(wanted, memory.bufferBytes + memory.pipelineBytes, roomBytes)
        : plain;
    if (each !== undefined) {
      return { layers: parts.length - first, each };
    }
  }
  return { layers: 0, each: roomBytes.map(() => ({ layers: 0, bytes: 0 })) };
}

/** undefined where the devices have no room for all parts. */
function filled(
  parts: readonly number[],
  bufferBytes: number,
  roomBytes: readonly number[],
): FilledDevices['each'] | undefined {
  let next = 0;
  const each = roomBytes.map((room) => {
    const first = next;
    let bytes = bufferBytes;
    for (let part = parts[next]; part !== undefined && bytes + part <= room; part = parts[next]) {
      bytes += part;
      next += 1;
    }
    return next === first ? { layers: 0, bytes: 0 } : { layers: next - first, bytes };
  });
  return next === parts.length ? each : undefined;
}
