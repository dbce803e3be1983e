import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { DeviceMemory } from '../../../src-shared/compute.ts';
import { DeviceMemoryWatch } from './device-memory-watch.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const memory = (freeBytes: number): DeviceMemory => [{ id: 'Vulkan0', totalBytes: 8e9, freeBytes }];

it('asks one engine while any runs, and tells what is notable', async () => {
  let freeBytes = 5e9;
  const engine = {
    deviceMemory: vi.fn<() => Promise<DeviceMemory>>(() => Promise.resolve(memory(freeBytes))),
  };
  const idle = {
    deviceMemory: vi.fn<() => Promise<DeviceMemory>>(() => Promise.resolve(memory(0))),
  };
  let engines: (typeof engine)[] = [];
  const onChange = vi.fn<() => void>();
  const watch = new DeviceMemoryWatch({ engines: () => engines, onChange, everyMs: 1000 });
  watch.start();
  await vi.advanceTimersByTimeAsync(3000);
  expect(watch.told).toBeUndefined();
  engines = [engine, idle];
  await vi.advanceTimersByTimeAsync(1000);
  expect(watch.told).toEqual(memory(5e9));
  freeBytes -= 1e6;
  await vi.advanceTimersByTimeAsync(1000);
  expect(onChange).toHaveBeenCalledTimes(1);
  freeBytes -= 1e9;
  await vi.advanceTimersByTimeAsync(1000);
  expect(onChange).toHaveBeenCalledTimes(2);
  expect(idle.deviceMemory).not.toHaveBeenCalled();
  // With another engine beside it, ours have taken more, which it was not told with.
  engines = [engine];
  expect(watch.told).toBeUndefined();
  watch.stop();
  await vi.advanceTimersByTimeAsync(5000);
  expect(engine.deviceMemory).toHaveBeenCalledTimes(3);
  expect(vi.getTimerCount()).toBe(0);
});

it('tells nothing of an engine that ends while it is asked', async () => {
  const engine = { deviceMemory: () => Promise.reject(new Error('gone')) };
  const onChange = vi.fn<() => void>();
  const watch = new DeviceMemoryWatch({ engines: () => [engine], onChange, everyMs: 1000 });
  watch.start();
  await vi.advanceTimersByTimeAsync(2000);
  expect(watch.told).toBeUndefined();
  expect(onChange).not.toHaveBeenCalled();
  watch.stop();
});
