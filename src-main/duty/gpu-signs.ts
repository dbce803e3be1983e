/**
 * The reasons to pause that come from graphics cards, for each card that the engines compute on. A load or a memory
 * that no sensor tells is neither idle nor a lock: input, games and all other readings still rule. Pure.
 */
import type { GpuFacts } from '../../src-shared/duty.ts';
import { printable } from '../../src-shared/printable.ts';
import { computingCards } from './computing-cards.ts';
import { type DutyInput, missing, sane } from './duty-input.ts';
import { ceilingOf, throttledDegrees, videoMemoryAllowance } from './limits.ts';
import { notRuledOut, quiet, type Sign, type Signs, stands, unclear, untold } from './signs.ts';

/**
 * Cards, and the processor where it tells. Not every card tells its temperature, and each protects itself, so
 * unknown is no reason, unless the owner gave that very card a ceiling.
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
 * Layers may lie on all used cards together, so what these have free together has to do. Engines that were stopped
 * need nothing, which gives no memory back to the next ones: that is quiet, and has its time.
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
  // Of a device that is not listed, and of a card that does not tell, more may be free.
  const isAllTold = allowances.length > 0 && allowances.every((each) => each.isKnown);
  return [isAllTold ? stands({ code: 'no-video-memory', neededBytes: needed }) : untold()];
}

/** Between slowing down and pausing, what was too hot is not yet cool. */
function heatSign(subject: string, card: string | null, celsius: number, ceiling: number): Sign {
  if (celsius >= ceiling) {
    return stands({ code: 'too-hot', card, celsius: ceiling }, subject);
  }
  return celsius > ceiling - throttledDegrees ? unclear(subject) : quiet(subject);
}

/** Empty where the card tells none. */
function nameOf(gpu: GpuFacts): string {
  return printable(gpu.name, 60);
}
