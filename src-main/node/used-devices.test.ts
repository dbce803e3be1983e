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

function shares(backend: 'vulkan' | 'metal', isIntegrated: boolean): boolean[] {
  const compute = { backend, devices: [{ ...device, isIntegrated }] };
  return usedDevices(compute, known([]), settings, shared).map((each) => each.sharesMemory);
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

  it('is the computer’s memory on an integrated one, and with Metal on any', () => {
    expect([shares('vulkan', false), shares('vulkan', true), shares('metal', false)]).toEqual([
      [false],
      [true],
      [true],
    ]);
  });

  it('is nothing of a card that the owner left out, once the cards are read', () => {
    const compute = { backend: 'vulkan', devices: [device] } as const;
    const cards = { 'GPU-1': { isUsed: false, temperatureCeilingCelsius: null } };
    const gpus = known([{ ...card, id: 'GPU-1', pciAddress: device.id }]);
    expect(usedDevices(compute, gpus, { ...settings, cards }, shared)).toEqual([]);
    expect(usedDevices(compute, unknown, { ...settings, cards }, shared)).toHaveLength(1);
  });
});

describe('the order in which devices are filled', () => {
  const small = { ...device, id: '0000:02:00.0', name: 'Small card', totalBytes: 4e9 };
  const large = { ...device, id: '0000:03:00.0', name: 'Large card', totalBytes: 24e9 };
  const chip = {
    ...device,
    id: '0000:00:02.0',
    name: 'Chip',
    isIntegrated: true,
    totalBytes: 64e9,
  };
  const twin = { ...large, id: '0000:04:00.0' };
  const cards = { '0000:00:02.0': { isUsed: true, temperatureCeilingCelsius: null } };

  function orderOf(cardOrder: string[], gpus = known<(typeof card)[]>([])): string[] {
    const compute = { backend: 'vulkan', devices: [chip, small, large, twin] } as const;
    return usedDevices(compute, gpus, { ...settings, cards, cardOrder }, shared).map(
      ({ id }) => id,
    );
  }

  it('is the largest card first, equal ones as llama.cpp lists them, and integrated ones last', () => {
    expect(orderOf([])).toEqual([large.id, twin.id, small.id, chip.id]);
  });

  it('is the owner’s, by address or name, with the others behind', () => {
    expect(orderOf([twin.id])).toEqual([twin.id, large.id, small.id, chip.id]);
    expect(orderOf(['chip', 'SMALL CARD'])).toEqual([chip.id, small.id, large.id, twin.id]);
  });

  it('is the owner’s by the id that the sensors give a card, and leaves a card aside that is gone', () => {
    const seen = known([{ ...card, id: 'GPU-7', name: '', pciAddress: small.id }]);
    expect(orderOf(['GPU-away', 'GPU-7'], seen)[0]).toBe(small.id);
  });
});
