import { describe, expect, it } from 'vitest';
import type { ComputeDevice } from '../../src-shared/compute.ts';
import { defaultSettings } from '../../src-shared/settings/settings.ts';
import { card, known, unknown } from '../../test/support/host/duty-inputs.ts';
import { usedDevices } from './used-devices.ts';

const device: ComputeDevice = {
  id: '0000:01:00.0',
  name: 'A card',
  isIntegrated: false,
  totalBytes: 8e9,
  freeBytes: 1e9,
  largestBufferBytes: 4e9,
};
const settings = { ...defaultSettings, videoMemoryPercent: 75 };
const shared = 5e9;

function bytesOf(changes: Partial<ComputeDevice>, gpus = known([])): (number | null)[] {
  const compute = { backend: 'vulkan', devices: [{ ...device, ...changes }] } as const;
  return usedDevices(compute, gpus, settings, shared).map(({ memoryBytes }) => memoryBytes);
}

describe('what engines may take of a device', () => {
  it('is the owner’s share of all its memory, whatever is free of it now', () => {
    expect(bytesOf({})).toEqual([6e9]);
  });

  it('is, of an integrated one, no more than engines may take of the computer', () => {
    expect(bytesOf({ isIntegrated: true })).toEqual([5e9]);
    expect(bytesOf({ isIntegrated: true, totalBytes: 4e9 })).toEqual([3e9]);
  });

  it('is not known where neither the driver nor a sensor tells', () => {
    expect(bytesOf({ totalBytes: 0 })).toEqual([null]);
  });

  it('is nothing of a card that the owner left out, once the cards are read', () => {
    const compute = { backend: 'vulkan', devices: [device] } as const;
    const cards = { 'GPU-1': { isUsed: false, temperatureCeilingCelsius: null } };
    const gpus = known([{ ...card, id: 'GPU-1', pciAddress: device.id }]);
    expect(usedDevices(compute, gpus, { ...settings, cards }, shared)).toEqual([]);
    expect(usedDevices(compute, unknown, { ...settings, cards }, shared)).toHaveLength(1);
  });
});
