/**
 * No pause turns into a loop. Whatever sensors report of cards, and whatever of our own work they take for another
 * program's, the engines are loaded at most a few times an hour, beside the loads that real causes bring.
 */
import { array, assert, boolean, constantFrom, integer, property, record } from 'fast-check';
import { expect, it } from 'vitest';
import type { DeviceMemory } from '../../src-shared/compute.ts';
import type { ComputerMemory, Facts, GpuFacts, Reading } from '../../src-shared/duty.ts';
import { defaultPreferences } from '../../src-shared/settings/preferences.ts';
import { card, DutyRun, idleFacts, known, unknown } from '../../test/support/host/duty-inputs.ts';
import type { Loaded } from './engine-work.ts';
import { nextDeviceUse, noDeviceUse } from './device-use.ts';
import { mainMemoryNeeded, sharesMemory } from './main-memory.ts';
import { neededMemory } from './needed-memory.ts';

const hourMs = 3_600_000;
const stepMs = 5000;
const loadsPerHour = 12;

/** When a sensor reports a value. */
const told = constantFrom('always', 'idle', 'at work', 'never');
type Told = 'always' | 'idle' | 'at work' | 'never';

const worlds = record({
  backend: constantFrom('cuda', 'vulkan', 'cpu'),
  isListed: boolean(),
  isIntegrated: boolean(),
  listTold: told,
  loadTold: told,
  memoryTold: told,
  cardGigabytes: integer({ min: 1, max: 24 }),
  othersGigabytes: integer({ min: 0, max: 8 }),
  expectedGigabytes: constantFrom(undefined, 2, 5, 12),
  takenGigabytes: integer({ min: 1, max: 14 }),
  loadSeconds: integer({ min: 1, max: 30 }),
  // Which part of our own work counts as other programs'.
  isOwnLoadOthers: boolean(),
  isOwnMemoryOthers: boolean(),
  isOwnCpuOthers: boolean(),
  // What engines are told of their devices, and the memory of the computer.
  isDeviceTold: boolean(),
  isSystemTold: boolean(),
  computerGigabytes: integer({ min: 4, max: 32 }),
  busyGigabytes: integer({ min: 1, max: 16 }),
  // Files that engines map are told as free, buffers are not.
  isOwnFree: boolean(),
  workCelsius: integer({ min: 40, max: 95 }),
  causes: array(
    record({
      kind: constantFrom('game', 'load', 'memory', 'main memory'),
      fromMs: integer({ min: 0, max: hourMs }),
      forMs: integer({ min: stepMs, max: hourMs / 4 }),
    }),
    { maxLength: 6 },
  ),
});
type World = Parameters<Parameters<typeof worlds.map>[0]>[0];

function isTold(when: Told, isWorking: boolean): boolean {
  return when === 'always' || (when === 'at work' ? isWorking : when === 'idle' && !isWorking);
}

function readingIf<T>(isKnown: boolean, value: T): Reading<T> {
  return isKnown ? known(value) : unknown;
}

function factsOf(world: World, nowMs: number, isWorking: boolean): Facts {
  const at = (kind: World['causes'][number]['kind']): boolean =>
    world.causes.some(
      (cause) => cause.kind === kind && nowMs >= cause.fromMs && nowMs < cause.fromMs + cause.forMs,
    );
  const isOwnLoad = isWorking && world.isOwnLoadOthers;
  const ownGigabytes = isWorking && world.isOwnMemoryOthers ? world.takenGigabytes : 0;
  const isMemoryTold = isTold(world.memoryTold, isWorking);
  const othersGigabytes = world.othersGigabytes + ownGigabytes + (at('memory') ? 30 : 0);
  const gpu: GpuFacts = {
    ...card,
    isIntegrated: world.isIntegrated,
    othersUtilisation: readingIf(
      isTold(world.loadTold, isWorking),
      at('load') || isOwnLoad ? 1 : 0.05,
    ),
    memoryBytes: readingIf(isMemoryTold, world.cardGigabytes * 1e9),
    othersMemoryBytes: readingIf(isMemoryTold, othersGigabytes * 1e9),
    temperatureCelsius: known(isWorking ? world.workCelsius : 40),
  };
  return {
    ...idleFacts,
    gpus: readingIf(isTold(world.listTold, isWorking), world.isListed ? [gpu] : []),
    games: known(at('game') ? [{ name: 'Hades', foundBy: 'launcher folder' }] : []),
    othersCpuShare: known(isWorking && world.isOwnCpuOthers ? 0.9 : 0.01),
    memory: readingIf(world.isSystemTold, computerMemory(world, isWorking, at('main memory'))),
  };
}

function computerMemory(world: World, isWorking: boolean, isTaken: boolean): ComputerMemory {
  const { computerGigabytes, busyGigabytes, takenGigabytes, isOwnFree } = world;
  const own = isWorking && !isOwnFree ? takenGigabytes : 0;
  const available = computerGigabytes - busyGigabytes - own - (isTaken ? 30 : 0);
  return { totalBytes: computerGigabytes * 1e9, availableBytes: Math.max(0, available) * 1e9 };
}

/** What a driver says is free, of a card of which it takes a tenth for itself. */
function deviceMemory(world: World, nowMs: number): DeviceMemory {
  const { cardGigabytes, othersGigabytes, takenGigabytes, causes } = world;
  const isTaken = causes.some(
    ({ kind, fromMs, forMs }) => kind === 'memory' && nowMs >= fromMs && nowMs < fromMs + forMs,
  );
  const free = 0.9 * cardGigabytes - othersGigabytes - takenGigabytes - (isTaken ? 30 : 0);
  return [{ id: 'x', totalBytes: cardGigabytes * 1e9, freeBytes: Math.max(0, free) * 1e9 }];
}

/** Engines that follow the duty, and a node that tells what they take. Returns how often they were loaded. */
function loadsIn(world: World): number {
  const run = new DutyRun();
  let mainMemoryNeededBytes = 0;
  let deviceUse = noDeviceUse;
  const device = {
    id: 'x',
    name: card.name,
    isIntegrated: world.isIntegrated,
    totalBytes: world.cardGigabytes * 1e9,
    freeBytes: (0.9 * world.cardGigabytes - world.othersGigabytes) * 1e9,
    largestBufferBytes: 4e9,
  };
  const { backend, isDeviceTold } = world;
  const compute =
    isDeviceTold && backend !== 'cpu' ? ({ backend, devices: [device] } as const) : null;
  let needs: Loaded = { usesGpu: true, backend: null, compute, videoMemoryNeededBytes: 0 };
  let loads = 0;
  let loadedAtMs = 0;
  for (let nowMs = 0; nowMs < hourMs; nowMs += stepMs) {
    const isWorking = run.work.engines !== 'stopped';
    const isLoaded = run.work.engines === 'ready';
    const facts = factsOf(world, nowMs, isWorking);
    const shard = {
      backend: isLoaded ? world.backend : null,
      deviceBytes: isLoaded ? world.takenGigabytes * 1e9 : 0,
      expectedDeviceBytes:
        world.expectedGigabytes === undefined ? undefined : world.expectedGigabytes * 1e9,
    };
    const whole = {
      ...shard,
      state: isLoaded ? 'serving' : 'starting',
      memoryBytes: shard.deviceBytes,
      expectedMemoryBytes: shard.expectedDeviceBytes,
    } as const;
    needs = neededMemory([shard], needs, facts.gpus, defaultPreferences);
    mainMemoryNeededBytes = mainMemoryNeeded(
      [whole],
      mainMemoryNeededBytes,
      world.backend === 'cpu' || sharesMemory(facts.gpus, defaultPreferences, needs),
    );
    const told = isLoaded && isDeviceTold ? deviceMemory(world, nowMs) : undefined;
    deviceUse = nextDeviceUse(deviceUse, told, compute, [whole]);
    run.setWork({ ...needs, mainMemoryNeededBytes, othersOnDevices: deviceUse.others });
    const duty = run.look(facts);
    if (duty.state === 'starting' && !isWorking) {
      loads += 1;
      loadedAtMs = nowMs + world.loadSeconds * 1000;
      run.setWork({ engines: 'starting' });
    } else if (duty.state === 'starting' && nowMs >= loadedAtMs) {
      run.setWork({ engines: 'ready' });
    } else if (duty.state === 'draining' && duty.isEnding) {
      run.setWork({ engines: 'stopped' });
    }
    run.pass(stepMs);
  }
  return loads;
}

it('loads a few times an hour at most, in whatever world', () => {
  let repeated = 0;
  assert(
    property(worlds, (world) => {
      const loads = loadsIn(world);
      repeated += loads > 1 + world.causes.length ? 1 : 0;
      expect(loads).toBeLessThanOrEqual(loadsPerHour + world.causes.length);
    }),
    { numRuns: 150 },
  );
  // There must be runs with repeated loads, or the bound would be proven of nothing.
  expect(repeated).toBeGreaterThan(10);
});
