import { describe, expect, it } from 'vitest';
import { nextDeviceUse, noDeviceUse } from './device-use.ts';

const totalBytes = 16e9;
const told = (...free: readonly number[]) =>
  free.map((freeBytes, index) => ({ id: `Vulkan${index}`, totalBytes, freeBytes }));
const serving = (deviceBytes: number) => [{ state: 'serving', deviceBytes } as const];
const compute = {
  backend: 'vulkan',
  devices: [
    {
      id: 'Vulkan0',
      name: 'Some graphics',
      isIntegrated: true,
      totalBytes,
      freeBytes: 14e9,
      largestBufferBytes: 4e9,
    },
  ],
} as const;

describe('what other programs have taken of a device', () => {
  it('is nothing while our own models explain what is not free, whatever the driver keeps for itself', () => {
    const loaded = nextDeviceUse(noDeviceUse, told(9e9), compute, serving(5e9));
    expect(loaded).toEqual({ room: { Vulkan0: 14e9 }, ownBytes: 5e9, others: {} });
    // Buffers that grow.
    expect(nextDeviceUse(loaded, told(8.5e9), compute, serving(5e9)).others).toEqual({});
    // Another model.
    expect(nextDeviceUse(loaded, told(2e9), compute, serving(12e9)).others).toEqual({});
  });

  it('is all that is neither free nor ours, once the free memory fell', () => {
    const loaded = nextDeviceUse(noDeviceUse, told(9e9), compute, serving(5e9));
    const taken = nextDeviceUse(loaded, told(1e9), compute, serving(5e9));
    expect(taken.others).toEqual({ Vulkan0: 10e9 });
    expect(nextDeviceUse(taken, told(9e9), compute, serving(5e9)).others).toEqual({});
  });

  it('is known at the next load too, since the most that was ever free is remembered', () => {
    const before = nextDeviceUse(noDeviceUse, told(9e9), compute, serving(5e9));
    const idle = nextDeviceUse(before, undefined, compute, serving(0));
    expect(idle.others).toEqual({});
    const starting = [{ state: 'starting', deviceBytes: 0 } as const];
    const loading = nextDeviceUse(idle, told(1e9), compute, starting);
    expect(loading.others).toEqual({});
    expect(nextDeviceUse(loading, told(1e9), compute, serving(5e9)).others).not.toEqual({});
  });

  it('begins anew where another model is divided among several devices in another way', () => {
    const loaded = nextDeviceUse(noDeviceUse, told(9e9, 9e9), null, serving(8e9));
    expect(nextDeviceUse(loaded, told(9e9, 0), null, serving(8e9)).others).toEqual({
      Vulkan1: 8e9,
    });
    expect(nextDeviceUse(loaded, told(13e9, 9e9), null, serving(4e9)).others).toEqual({});
  });

  it('is nothing where a driver says that all of it is free', () => {
    const first = nextDeviceUse(noDeviceUse, told(16e9), compute, serving(5e9));
    expect(nextDeviceUse(first, told(16e9), compute, serving(5e9)).others).toEqual({});
  });
});
