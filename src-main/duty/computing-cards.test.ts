import { describe, expect, it } from 'vitest';
import type { ComputeDevice } from '../../src-shared/compute.ts';
import type { GpuFacts } from '../../src-shared/duty.ts';
import { defaultPreferences } from '../../src-shared/settings/preferences.ts';
import { card, known, unknown } from '../../test/support/host/duty-inputs.ts';
import { computingCards, matchedCards } from './computing-cards.ts';

const gigabyte = 1e9;
const slot = '0000:01:00.0';

const device: ComputeDevice = {
  id: 'Vulkan0',
  name: 'NVIDIA GeForce RTX 4090',
  isIntegrated: false,
  totalBytes: 24 * gigabyte,
  freeBytes: 23 * gigabyte,
  largestBufferBytes: 4 * gigabyte,
};
const chip: ComputeDevice = {
  ...device,
  id: '0000:00:02.0',
  name: 'Intel(R) Graphics (RPL-S)',
  isIntegrated: true,
  totalBytes: 16 * gigabyte,
};

const inSlot: GpuFacts = { ...card, id: 'GPU-1', pciAddress: slot };
const onChip: GpuFacts = {
  ...card,
  id: 'chip',
  name: 'Intel graphics card 0xa780',
  vendor: 'intel',
  isIntegrated: true,
  memoryBytes: unknown,
};

function ids(gpus: readonly GpuFacts[], devices: readonly ComputeDevice[]): string[] {
  return matchedCards(gpus, devices).map(({ id }) => id);
}

describe('a device of llama.cpp and the card that the sensors see', () => {
  it('are one at the same PCI address, whatever they are called', () => {
    const other = { ...inSlot, id: 'GPU-2', pciAddress: '0000:02:00.0', name: device.name };
    expect(ids([other, inSlot], [{ ...device, id: slot }])).toEqual(['GPU-1']);
  });

  it('are never one at two addresses, though all else is alike', () => {
    const found = ids([inSlot], [{ ...device, id: '0000:05:00.0', name: inSlot.name }]);
    expect(found).toEqual(['0000:05:00.0']);
  });

  it('are one where both are the only ones on the processor’s chip', () => {
    expect(ids([onChip, inSlot], [{ ...chip, id: 'Vulkan1' }])).toEqual(['chip']);
  });

  it('are one where only these have the name, or are the only ones left', () => {
    const [a, b] = [
      { ...card, id: 'a', name: 'Radeon RX 6800' },
      { ...card, id: 'b', name: 'GeForce RTX 4090' },
    ];
    expect(ids([a, b], [device])).toEqual(['b']);
    expect(ids([a], [{ ...device, name: 'AMD Radeon Graphics (RADV)' }])).toEqual(['a']);
    expect(ids([a, b], [{ ...device, name: 'Unlike both' }])).toEqual(['Vulkan0']);
  });

  it('are taken in order where there are as many equal ones of both', () => {
    const equal = [
      { ...card, id: 'a', name: device.name },
      { ...card, id: 'b', name: device.name },
    ];
    const second = { ...device, id: 'Vulkan1' };
    expect(ids(equal, [device, second])).toEqual(['a', 'b']);
    expect(ids(equal, [device])).toEqual(['Vulkan0']);
  });

  it('tell together what one side does not: the driver which memory is the computer’s', () => {
    const [found] = matchedCards([onChip], [chip]);
    expect(found).toMatchObject({ isIntegrated: true, memoryBytes: known(16 * gigabyte) });
    const [own] = matchedCards([inSlot], [{ ...device, id: slot, totalBytes: 1 }]);
    expect(own?.memoryBytes).toEqual(inSlot.memoryBytes);
  });

  it('is a card of which little is known where no sensor sees it', () => {
    const [found] = matchedCards([], [device]);
    expect(found).toMatchObject({ id: 'Vulkan0', memoryBytes: known(24 * gigabyte) });
    expect(found?.othersUtilisation.isKnown).toBe(false);
  });
});

describe('the cards that engines compute on', () => {
  const compute = { backend: 'vulkan', devices: [{ ...device, id: slot }, chip] } as const;
  const used = (cards = {}, gpus = [inSlot, onChip]): string[] =>
    computingCards(gpus, { ...defaultPreferences, cards }, { backend: null, compute }).map(
      ({ id }) => id,
    );
  const leftOut = { isUsed: false, temperatureCeilingCelsius: null };
  const chosen = { isUsed: true, temperatureCeilingCelsius: null };

  it('are those in a slot, and integrated ones only without them or where the owner chose them', () => {
    expect(used()).toEqual(['GPU-1']);
    expect(used({ 'GPU-1': leftOut })).toEqual(['chip']);
    expect(used({ chip: chosen })).toEqual(['GPU-1', 'chip']);
  });

  it('are none where the owner left all out, or llama.cpp finds none', () => {
    expect(used({ 'GPU-1': leftOut, chip: leftOut })).toEqual([]);
    const onProcessor = { backend: null, compute: { backend: 'cpu', devices: [] } } as const;
    expect(computingCards([inSlot], defaultPreferences, onProcessor)).toEqual([]);
  });
});
