/** The reasons to pause that come from graphics cards, for each card that the owner lets us use. Pure. */
import type { GpuFacts } from '../../src-shared/duty.ts';
import { printable } from '../../src-shared/printable.ts';
import { type DutyInput, sane, usedCards } from './duty-input.ts';
import { ceilingOf, throttledDegrees, videoMemoryAllowance } from './limits.ts';
import { notRuledOut, quiet, type Sign, type Signs, stands, unclear } from './signs.ts';

/**
 * Cards, and the processor where it tells. Not every card tells its temperature, and each protects itself, so
 * unknown is no reason, unless the owner gave that very card a ceiling.
 */
export function heatSigns({ facts, work, preferences }: DutyInput): Signs {
  const cards = work.usesGpu && facts.gpus.isKnown ? usedCards(facts.gpus.value, preferences) : [];
  const signs = cards.map((gpu): Sign => {
    const temperature = sane(gpu.temperatureCelsius);
    const { id } = gpu;
    if (temperature.isKnown) {
      return heatSign(id, nameOf(gpu), temperature.value, ceilingOf(gpu, preferences));
    }
    return typeof preferences.cards[id]?.temperatureCeilingCelsius === 'number'
      ? notRuledOut(`the temperature of ${nameOf(gpu)} is not known: ${temperature.because}`, id)
      : unclear(id);
  });
  const cpuCeiling = preferences.cpuTemperatureCeilingCelsius;
  const cpuTemperature = sane(facts.cpuTemperatureCelsius);
  if (cpuCeiling !== null) {
    signs.push(
      cpuTemperature.isKnown
        ? heatSign('processor', 'the processor', cpuTemperature.value, cpuCeiling)
        : unclear('processor'),
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
    return [notRuledOut(`it is not known what the graphics cards do: ${facts.gpus.because}`)];
  }
  return usedCards(facts.gpus.value, preferences).map((gpu) => {
    const others = sane(gpu.othersUtilisation);
    if (!others.isKnown) {
      return notRuledOut(
        `it is not known how much other programs use ${nameOf(gpu)}: ${others.because}`,
        gpu.id,
      );
    }
    return others.value * 100 > limit
      ? stands(`other programs use more than ${limit} % of ${nameOf(gpu)}`, gpu.id)
      : quiet(gpu.id);
  });
}

/** Layers may lie on all used cards together, so what these have free together has to do. */
export function videoMemorySigns({ facts, work, preferences }: DutyInput): Signs {
  const needed = work.videoMemoryNeededBytes;
  if (!work.usesGpu || needed <= 0) {
    return 'off';
  }
  if (!facts.gpus.isKnown) {
    return [notRuledOut(`it is not known how much video memory is free: ${facts.gpus.because}`)];
  }
  const allowances = usedCards(facts.gpus.value, preferences).map((gpu) =>
    videoMemoryAllowance(gpu, preferences),
  );
  const free = allowances.reduce((sum, each) => sum + (each.isKnown ? each.value : 0), 0);
  if (free >= needed) {
    return [quiet()];
  }
  const unknown = allowances.find((each) => !each.isKnown);
  return [
    unknown === undefined
      ? stands(`less video memory is free than the ${gigabytes(needed)} that the models need`)
      : notRuledOut(
          `it is not known whether the models' ${gigabytes(needed)} of video memory are free: ${unknown.because}`,
        ),
  ];
}

/** Between slowing down and resting, what was too hot is not yet cool. */
function heatSign(subject: string, name: string, celsius: number, ceiling: number): Sign {
  if (celsius >= ceiling) {
    return stands(`${name} has reached ${ceiling} °C`, subject);
  }
  return celsius > ceiling - throttledDegrees ? unclear(subject) : quiet(subject);
}

function nameOf(gpu: GpuFacts): string {
  return `the ${printable(gpu.name, 60) || 'graphics card'}`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
