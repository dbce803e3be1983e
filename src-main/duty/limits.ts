/** How much a serving machine may work, by heat, power, the owner's use of the cores, and video memory. */
import type { Duty, GpuFacts, Reading } from '../../src-shared/duty.ts';
import type { Preferences } from '../../src-shared/settings/preferences.ts';
import { computingCards } from './computing-cards.ts';
import { type DutyInput, sane } from './duty-input.ts';
import { minuteMs } from '../../src-shared/local-time.ts';

type Serving = Extract<Duty, { state: 'serving' }>;

/** Below the ceiling, work slows down over this many degrees. */
export const throttledDegrees = 5;
/** At the ceiling itself the machine pauses. */
const leastShare = 0.1;
/** Shares change in these steps, so that a reading that varies a little does not change the duty. */
const shareSteps = 20;
/** An owner who touched something this lately is likely to be at the computer still. */
const activeForMs = 5 * minuteMs;

/** The limits of a machine that serves. `idleMs`: since the owner's last input; undefined when not known. */
export function servingLimits(
  input: DutyInput,
  idleMs: number | undefined,
): Omit<Serving, 'state'> {
  const { preferences } = input;
  const byHeat = heatShare(input);
  const isActive = idleMs === undefined || idleMs < activeForMs;
  return {
    workShare: stepped(Math.min(byHeat, preferences.powerCapPercent / 100)),
    cpuShare: isActive ? preferences.cpuLimitWhenActivePercent / 100 : 1,
    isSlowedByHeat: byHeat < preferences.powerCapPercent / 100,
  };
}

/** The temperature at which a card pauses. */
export function ceilingOf(gpu: GpuFacts, preferences: Preferences): number {
  return (
    preferences.cards[gpu.id]?.temperatureCeilingCelsius ?? preferences.temperatureCeilingCelsius
  );
}

/**
 * How many bytes of a card's memory MindMesh may take: the owner's share of what other programs leave. Unknown memory
 * does not count as free.
 */
export function videoMemoryAllowance(gpu: GpuFacts, preferences: Preferences): Reading<number> {
  const memoryBytes = sane(gpu.memoryBytes);
  const othersMemoryBytes = sane(gpu.othersMemoryBytes);
  if (!memoryBytes.isKnown) {
    return memoryBytes;
  }
  if (!othersMemoryBytes.isKnown) {
    return othersMemoryBytes;
  }
  const left = Math.max(0, memoryBytes.value - othersMemoryBytes.value);
  return { isKnown: true, value: Math.floor((left * preferences.videoMemoryPercent) / 100) };
}

/** The hottest card slows down all work, since an answer crosses every card. */
function heatShare({ facts, work, preferences }: DutyInput): number {
  const cards =
    work.usesGpu && facts.gpus.isKnown ? computingCards(facts.gpus.value, preferences, work) : [];
  const shares = cards.map((gpu) => shareAt(gpu.temperatureCelsius, ceilingOf(gpu, preferences)));
  const cpuCeiling = preferences.cpuTemperatureCeilingCelsius;
  if (cpuCeiling !== null) {
    shares.push(shareAt(facts.cpuTemperatureCelsius, cpuCeiling));
  }
  return Math.min(1, ...shares);
}

/** 1 up to five degrees below the ceiling, then evenly down. */
function shareAt(reading: Reading<number>, ceiling: number): number {
  const temperature = sane(reading);
  if (!temperature.isKnown) {
    return 1;
  }
  const share = (ceiling - temperature.value) / throttledDegrees;
  return Math.min(1, Math.max(leastShare, share));
}

function stepped(share: number): number {
  return Math.max(1, Math.floor(share * shareSteps + 1e-9)) / shareSteps;
}
