/** Apple's graphics cards, from the output of `ioreg -r -d 1 -w 0 -c IOAccelerator`. */
import type { GpuFacts, Reading } from '../../../src-shared/duty.ts';
import { known, parseNumber, unknown } from '../reading.ts';

/**
 * Each accelerator is a block that starts with "+-o". Its PerformanceStatistics have only the load of the whole card,
 * so the load of other programs is known only while none of our engines works on it.
 */
export function parseAppleCards(text: string, isOursAtWork: boolean): Reading<readonly GpuFacts[]> {
  const blocks = text.split(/^\+-o /m).slice(1);
  return blocks.length === 0
    ? unknown({ code: 'untold', fact: 'cards-mac' })
    : known(blocks.slice(0, 16).map((block, index) => describe(block, index, isOursAtWork)));
}

function describe(block: string, index: number, isOursAtWork: boolean): GpuFacts {
  const untold = unknown({ code: 'untold', fact: 'card-mac' });
  const percent = parseNumber(/"Device Utilization %"=(\d{1,3})\b/.exec(block)?.[1] ?? '');
  const utilisation = percent === undefined ? untold : known(Math.min(100, percent) / 100);
  const model = /"model" = (?:"|<")([^">\n]{1,100})/.exec(block)?.[1];
  const name = model ?? /^(\w{1,60})/.exec(block)?.[1] ?? 'Graphics';
  return {
    id: `${name} ${index}`,
    name,
    vendor: /^AMD|^Intel/.test(name) ? (name.startsWith('AMD') ? 'amd' : 'intel') : 'apple',
    isIntegrated: !name.startsWith('AMD'),
    utilisation,
    othersUtilisation: isOursAtWork
      ? unknown({ code: 'untold', fact: 'process-load-mac' })
      : utilisation,
    memoryBytes: untold,
    othersMemoryBytes: untold,
    temperatureCelsius: untold,
    powerWatts: untold,
    fanShare: untold,
  };
}
