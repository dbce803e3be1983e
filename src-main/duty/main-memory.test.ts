import { describe, expect, it } from 'vitest';
import { defaultPreferences } from '../../src-shared/settings/preferences.ts';
import {
  cardWith,
  DutyRun,
  known,
  reasonsFor,
  unknown,
} from '../../test/support/host/duty-inputs.ts';
import { mainMemoryNeeded, sharesMemory } from './main-memory.ts';

const totalBytes = 16e9;
const left = (availableBytes: number) => ({ memory: known({ totalBytes, availableBytes }) });
const onProcessor = { usesGpu: false, mainMemoryNeededBytes: 4e9 };
const needed = 'memory needed';

describe('a machine whose models are in the computer’s memory', () => {
  it('does not load them where they would leave less than a tenth of it, and says so', () => {
    expect(reasonsFor({ facts: left(6e9), work: onProcessor })).toEqual([]);
    expect(reasonsFor({ facts: left(5e9), work: onProcessor })).toEqual([
      [needed, 'less than 10 % of the main memory is left for other programs'],
    ]);
  });

  it('ends them when another program leaves less than a tenth, and loads them once there is more room than that', () => {
    const run = DutyRun.serving();
    run.setWork(onProcessor);
    expect(run.look(left(2e9)).state).toBe('serving');
    expect(run.look(left(1.5e9)).state).toBe('draining');
    run.setWork({ engines: 'stopped', answersInFlight: 0 });
    // They leave as much as they had; the other program still needs it.
    expect(run.look(left(5.5e9)).state).toBe('paused');
    // Just above the limit: another load would bring it back to it.
    run.look(left(6e9));
    expect(run.watch(600_000).state).toBe('paused');
    run.look(left(7e9));
    expect(run.watch(59_000).state).toBe('paused');
    expect(run.watch(2000).state).toBe('starting');
  });

  it('goes on where they take hardly any of it, where the owner wants that, and where nothing is known', () => {
    const little = { ...onProcessor, mainMemoryNeededBytes: 0.1e9 };
    expect(reasonsFor({ facts: left(0), work: little })).toEqual([]);
    const preferences = { pauseOnFreeMemoryPercent: null };
    expect(reasonsFor({ facts: left(0), work: onProcessor, preferences })).toEqual([]);
    expect(reasonsFor({ facts: { memory: unknown }, work: onProcessor })).toEqual([]);
  });
});

describe('what the models need of the computer’s memory', () => {
  const loaded = { backend: 'vulkan', memoryBytes: 5e9, deviceBytes: 3e9 };
  const unloaded = {
    backend: null,
    memoryBytes: 0,
    deviceBytes: 0,
    expectedMemoryBytes: 6e9,
    expectedDeviceBytes: 4e9,
  };

  it('is what is on no device, or all where the memory is one', () => {
    expect(mainMemoryNeeded([loaded, unloaded], 0, false)).toBe(4e9);
    expect(mainMemoryNeeded([loaded, unloaded], 0, true)).toBe(11e9);
  });

  it('stays what it was where the node does not tell', () => {
    expect(mainMemoryNeeded([], 7e9, false)).toBe(7e9);
    expect(mainMemoryNeeded([{ ...unloaded, expectedMemoryBytes: undefined }], 7e9, false)).toBe(
      7e9,
    );
  });

  it.each([
    ['integrated graphics', cardWith({ isIntegrated: true }), 'vulkan', true],
    ['a card', cardWith({}), 'vulkan', false],
    ['Metal', { gpus: unknown }, 'metal', true],
    ['nothing', { gpus: unknown }, null, false],
  ] as const)('is one with that of %s: %s', (_, { gpus }, backend, isShared) => {
    expect(sharesMemory(gpus, defaultPreferences, { backend, compute: null })).toBe(isShared);
  });
});
