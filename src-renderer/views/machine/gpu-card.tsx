/** Readings of one graphics card: its load, its memory and its temperature. */
import type { GpuFacts } from '../../../src-shared/duty.ts';
import type { Settings } from '../../../src-shared/settings/settings.ts';
import { Card } from '../../components/card.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { cardCeiling } from '../../features/machine/heat.ts';
import { ReadingRow } from '../../features/machine/reading-row.tsx';
import { shownHeat, shownMemory, shownShare } from '../../features/machine/shown-readings.ts';
import { text } from '../../../src-shared/words/window.ts';

const words = text.machine;

export function GpuCard({ gpu, settings }: { gpu: GpuFacts; settings: Settings | null }) {
  const ceiling = settings === null ? null : cardCeiling(settings, gpu.id);
  const total = gpu.memoryBytes.isKnown ? gpu.memoryBytes.value : null;
  return (
    <Card
      title={gpu.name === '' ? words.cardFallbackName : gpu.name}
      aside={
        settings?.cards[gpu.id]?.isUsed === false ? (
          <StateBadge tone="quiet">{words.cardNotUsed}</StateBadge>
        ) : null
      }
    >
      <dl className="divide-y divide-line">
        <ReadingRow
          name={words.temperature}
          reading={gpu.temperatureCelsius}
          show={(celsius) => shownHeat(celsius, ceiling)}
        />
        <ReadingRow name={words.utilisation} reading={gpu.utilisation} show={shownShare} />
        <ReadingRow
          name={words.othersUtilisation}
          reading={gpu.othersUtilisation}
          show={shownShare}
        />
        <ReadingRow
          name={words.othersMemory}
          reading={gpu.othersMemoryBytes}
          show={(used) => shownMemory(used, total)}
        />
        {gpu.memoryBytes.isKnown ? null : (
          <ReadingRow<number>
            name={words.memory}
            reading={gpu.memoryBytes}
            show={(value) => ({ value: words.bytes(value) })}
          />
        )}
        <ReadingRow
          name={words.power}
          reading={gpu.powerWatts}
          show={(watts) => ({ value: words.watts(watts) })}
        />
        <ReadingRow name={words.fan} reading={gpu.fanShare} show={shownShare} />
      </dl>
    </Card>
  );
}
