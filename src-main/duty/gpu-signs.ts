/**
 * The reasons to pause that come from graphics cards, for each card that the engines compute on. A load or a memory
 * that no sensor tells neither counts as idle nor pauses the machine: input, games and all other readings still
 * decide. Pure.
 */
import type { GpuFacts } from '../../src-shared/duty.ts';
import { printable } from '../../src-shared/printable.ts';
import { computingCards } from './computing-cards.ts';
import { type DutyInput, missing, sane } from './duty-input.ts';
import { ceilingOf, throttledDegrees, videoMemoryAllowance } from './limits.ts';
import { notRuledOut, quiet, type Sign, type Signs, stands, unclear, untold } from './signs.ts';

/**
 * The temperatures of cards, and of the processor where it is known. Many cards do not tell their temperature, and
 * each card protects itself; so an unknown temperature is no reason to pause, unless the owner set a ceiling for that
 * card.
 */
export function heatSigns({ facts, work, preferences }: DutyInput): Signs {
  const cards =
    work.usesGpu && facts.gpus.isKnown ? computingCards(facts.gpus.value, preferences, work) : [];
  const signs = cards.map((gpu): Sign => {
    const temperature = sane(gpu.temperatureCelsius);
    const { id } = gpu;
    if (temperature.isKnown) {
      return heatSign(id, nameOf(gpu), temperature.value, ceilingOf(gpu, preferences));
    }
    return typeof preferences.cards[id]?.temperatureCeilingCelsius === 'number'
      ? notRuledOut({ code: 'heat-unknown', card: nameOf(gpu), missing: missing(temperature) }, id)
      : untold(id);
  });
  if (work.usesGpu && !facts.gpus.isKnown) {
    signs.push(untold());
  }
  const cpuCeiling = preferences.cpuTemperatureCeilingCelsius;
  const cpuTemperature = sane(facts.cpuTemperatureCelsius);
  if (cpuCeiling !== null) {
    signs.push(
      cpuTemperature.isKnown
        ? heatSign('processor', null, cpuTemperature.value, cpuCeiling)
        : untold('processor'),
    );
  }
  return signs;
}

export function gpuLoadSigns({ facts, work, preferences }: DutyInput): Signs {
  const limit = preferences.pauseOnGpuLoadPercent;
  if (!work.usesGpu || limit === null) {
    return 'off';
  }
  if (!facts.gpus.isKnown) {
    return [untold()];
  }
  return computingCards(facts.gpus.value, preferences, work).map((gpu) => {
    const others = sane(gpu.othersUtilisation);
    if (!others.isKnown) {
      return untold(gpu.id);
    }
    return others.value * 100 > limit
      ? stands({ code: 'card-busy', card: nameOf(gpu), percent: limit }, gpu.id)
      : quiet(gpu.id);
  });
}

/**
 * Whether the cards have enough free memory. Layers may lie on all used cards together, so their free memory is added
 * up. Stopped engines need none, but that leaves no room for the next ones: it counts as quiet, with its time.
 */
export function videoMemorySigns({ facts, work, preferences }: DutyInput): Signs {
  const needed = work.videoMemoryNeededBytes;
  if (!work.usesGpu) {
    return 'off';
  }
  if (needed <= 0) {
    return [quiet()];
  }
  if (!facts.gpus.isKnown) {
    return [untold()];
  }
  const allowances = computingCards(facts.gpus.value, preferences, work).map((gpu) =>
    videoMemoryAllowance(gpu, preferences),
  );
  const free = allowances.reduce((sum, each) => sum + (each.isKnown ? each.value : 0), 0);
  if (free >= needed) {
    return [quiet()];
  }
  // A device that is not listed may have more free memory, and so may a card that does not tell.
  const isAllTold = allowances.length > 0 && allowances.every((each) => each.isKnown);
  return [isAllTold ? stands({ code: 'no-video-memory', neededBytes: needed }) : untold()];
}

/** Between the temperature of slowing down and the ceiling, a card that was too hot is not cool yet. */
function heatSign(subject: string, card: string | null, celsius: number, ceiling: number): Sign {
  if (celsius >= ceiling) {
    return stands({ code: 'too-hot', card, celsius: ceiling }, subject);
  }
  return celsius > ceiling - throttledDegrees ? unclear(subject) : quiet(subject);
}

/** The card's name; empty where it tells none. */
function nameOf(gpu: GpuFacts): string {
  return printable(gpu.name, 60);
}
