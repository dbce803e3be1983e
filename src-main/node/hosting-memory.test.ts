import { describe, expect, it } from 'vitest';
import type { Facts, GpuFacts } from '../../src-shared/duty.ts';
import { defaultSettings, type Settings } from '../../src-shared/settings/settings.ts';
import { HostingMemory, usableMemoryBytes } from './hosting-memory.ts';

const untold = { isKnown: false, reason: { code: 'failed', message: 'it does not say' } } as const;

function card(id: string, memoryBytes: GpuFacts['memoryBytes']): GpuFacts {
  return {
    id,
    name: 'A card',
    vendor: 'nvidia',
    isIntegrated: false,
    memoryBytes,
    utilisation: untold,
    othersUtilisation: untold,
    othersMemoryBytes: untold,
    temperatureCelsius: untold,
    powerWatts: untold,
    fanShare: untold,
  };
}

/** As a node tells it before an engine has looked. */
const seen = (shards: { backend: string | null }[]) => ({ shards, compute: null });
const known = (value: number): GpuFacts['memoryBytes'] => ({ isKnown: true, value });
const cards = (...value: GpuFacts[]): Facts['gpus'] => ({ isKnown: true, value });
const settings: Settings = { ...defaultSettings, videoMemoryPercent: 75 };

it.each([
  ['of the computer', 32e9, 0, 32e9],
  ['of the computer, where the limit is none', 32e9, 2 ** 64, 32e9],
  ['of the container', 32e9, 1e9, 1e9],
])('the memory that may be used is that %s', (_, total, limit, usable) => {
  expect(usableMemoryBytes(total, limit)).toBe(usable);
});

describe('what hosted layers may take', () => {
  it('is half of the computer’s memory, without what the rest needs, until a card is known', () => {
    const memory = new HostingMemory(32e9);
    expect(memory.bytes(settings)).toBe(16e9 - 512e6);
    expect(memory.refresh(untold, seen([]), settings)).toBe(false);
    expect(memory.refresh(cards(), seen([]), settings)).toBe(false);
    expect(new HostingMemory(1e9).bytes(settings)).toBe(0);
  });

  it('is the owner’s share of the cards he lets be used, however much memory the computer has', () => {
    const memory = new HostingMemory(256e9);
    const gpus = cards(card('a', known(8e9)), card('b', known(12e9)));
    expect(memory.refresh(gpus, seen([]), settings)).toBe(true);
    expect(memory.bytes(settings)).toBe(15e9);
    const one = {
      ...settings,
      cards: { a: { isUsed: false, temperatureCeilingCelsius: null } },
    };
    expect(memory.refresh(gpus, seen([]), one)).toBe(true);
    expect(memory.bytes(one)).toBe(9e9);
  });

  it('is what the owner named, and never more than the cards have', () => {
    const memory = new HostingMemory(32e9);
    memory.refresh(cards(card('a', known(8e9))), seen([]), settings);
    expect(memory.bytes({ ...settings, hostingMemoryGigabytes: 4 })).toBe(4e9);
    expect(memory.bytes({ ...settings, hostingMemoryGigabytes: 24 })).toBe(6e9);
  });

  it('is of the computer again when the layers turn out to run on the processor, or are to', () => {
    const memory = new HostingMemory(32e9);
    const gpus = cards(card('a', known(8e9)));
    memory.refresh(gpus, seen([]), settings);
    expect(memory.bytes({ ...settings, backend: 'cpu' })).toBe(16e9 - 512e6);
    expect(memory.refresh(gpus, seen([{ backend: 'cpu' }]), settings)).toBe(true);
    expect(memory.bytes(settings)).toBe(16e9 - 512e6);
    // The memory of the cards is remembered while nothing is loaded.
    expect(memory.refresh(gpus, seen([{ backend: null }]), settings)).toBe(false);
    expect(memory.refresh(gpus, seen([{ backend: 'vulkan' }]), settings)).toBe(true);
  });

  it('does not jump when a card falls silent', () => {
    const memory = new HostingMemory(32e9);
    memory.refresh(cards(card('a', known(8e9))), seen([]), settings);
    expect(memory.refresh(cards(card('a', untold)), seen([]), settings)).toBe(false);
    expect(memory.refresh(untold, seen([]), settings)).toBe(false);
    expect(memory.bytes(settings)).toBe(6e9);
  });

  it('is of the card that computes, whatever an integrated one beside it tells', () => {
    const memory = new HostingMemory(32e9);
    const integrated = { ...card('b', untold), vendor: 'intel', isIntegrated: true } as const;
    memory.refresh(cards(card('a', known(8e9)), integrated), seen([]), settings);
    expect(memory.bytes(settings)).toBe(6e9);
  });

  it('is of the computer where a card does not tell, as on a Mac, whose memory is one', () => {
    const memory = new HostingMemory(32e9);
    expect(memory.refresh(cards(card('a', untold)), seen([]), settings)).toBe(false);
  });
});
