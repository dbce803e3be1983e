import { describe, expect, it } from 'vitest';
import { defaultPreferences } from '../../src-shared/settings/preferences.ts';
import { card, known, unknown } from '../../test/support/host/duty-inputs.ts';
import type { Loaded } from './engine-work.ts';
import { neededMemory } from './needed-memory.ts';

const unloaded = { backend: null, deviceBytes: 0, expectedDeviceBytes: 5e9 };
const onCard = { backend: 'cuda', deviceBytes: 4.6e9, expectedDeviceBytes: 5e9 };
const onProcessor = { ...onCard, backend: 'cpu' };
const silent = { ...card, id: 'GPU-2', memoryBytes: unknown };
const first: Loaded = { usesGpu: true, backend: null, compute: null, videoMemoryNeededBytes: 0 };

function needed(
  shards: Parameters<typeof neededMemory>[0],
  { before = first, gpus = known([card]), preferences = defaultPreferences } = {},
): Loaded {
  return neededMemory(shards, before, gpus, preferences);
}

describe('what the hosted layers need of the graphics cards', () => {
  it('is expected before they were ever loaded', () => {
    expect(needed([unloaded, unloaded])).toEqual({ ...first, videoMemoryNeededBytes: 10e9 });
  });

  it('is what they were seen to take once they are loaded', () => {
    const cuda = { usesGpu: true, backend: 'cuda', compute: null, videoMemoryNeededBytes: 4.6e9 };
    expect(needed([onCard])).toEqual(cuda);
    expect(needed([onCard, unloaded]).videoMemoryNeededBytes).toBe(9.6e9);
  });

  it('is nothing where they compute on the processor, now or the last time', () => {
    const onCpu = { usesGpu: false, backend: 'cpu', compute: null, videoMemoryNeededBytes: 0 };
    expect(needed([onProcessor, unloaded])).toEqual(onCpu);
    expect(needed([unloaded], { before: onCpu })).toEqual(onCpu);
  });

  it('stays what was seen last where the node does not tell', () => {
    const before = { usesGpu: true, backend: 'cuda', compute: null, videoMemoryNeededBytes: 5e9 };
    expect(needed([], { before })).toEqual(before);
    expect(needed([unloaded, { backend: null, deviceBytes: 0 }], { before })).toEqual(before);
  });

  it.each([
    ['there is no card', known([])],
    ['a card does not tell its memory', known([card, silent])],
    ['the cards are not known', unknown],
  ])('is not guessed where %s', (_, gpus) => {
    expect(neededMemory([unloaded], first, gpus, defaultPreferences)).toEqual(first);
  });

  it('is tried once where the cards can never hold it, since the engines may use the processor', () => {
    const large = { ...unloaded, expectedDeviceBytes: 20e9 };
    expect(needed([large])).toEqual(first);
    const onCuda = { ...first, backend: 'cuda' };
    expect(needed([large], { before: onCuda }).videoMemoryNeededBytes).toBe(20e9);
  });

  it('is compared with the card that computes, not with an integrated one beside it', () => {
    const integrated = {
      ...silent,
      id: '0000:00:02.0',
      vendor: 'intel',
      isIntegrated: true,
    } as const;
    const { videoMemoryNeededBytes } = needed([unloaded], { gpus: known([card, integrated]) });
    expect(videoMemoryNeededBytes).toBe(5e9);
  });

  it('ignores cards that are not used', () => {
    const cards = { 'GPU-2': { isUsed: false, temperatureCeilingCelsius: null } };
    const preferences = { ...defaultPreferences, cards };
    const { videoMemoryNeededBytes } = neededMemory(
      [unloaded],
      first,
      known([card, silent]),
      preferences,
    );
    expect(videoMemoryNeededBytes).toBe(5e9);
  });
});
