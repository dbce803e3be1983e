/** Readings of the computer: its use, running games, power supply and network. */
import type { Facts } from '../../../src-shared/duty.ts';
import { Card } from '../../components/card.tsx';
import { ReadingRow } from '../../features/machine/reading-row.tsx';
import {
  shownGames,
  shownHeat,
  shownInput,
  shownMemory,
  shownShare,
} from '../../features/machine/shown-readings.ts';
import { text } from '../../../src-shared/words/window.ts';

const words = text.machine;

export function ComputerCard({ facts, cpuCeiling }: { facts: Facts; cpuCeiling: number | null }) {
  return (
    <Card title={words.computer}>
      <dl className="divide-y divide-line">
        <ReadingRow name={words.input} reading={facts.inputIdleMs} show={shownInput} />
        <ReadingRow name={words.games} reading={facts.games} show={shownGames} />
        <ReadingRow name={words.processor} reading={facts.othersCpuShare} show={shownShare} />
        <ReadingRow
          name={words.computerMemory}
          reading={facts.memory}
          show={({ totalBytes, availableBytes }) =>
            shownMemory(totalBytes - availableBytes, totalBytes)
          }
        />
        <ReadingRow
          name={words.processorTemperature}
          reading={facts.cpuTemperatureCelsius}
          show={(celsius) => shownHeat(celsius, cpuCeiling)}
        />
        <ReadingRow
          name={words.supply}
          reading={facts.onBattery}
          show={(is) => ({ value: is ? words.onBattery : words.pluggedIn })}
        />
        <ReadingRow
          name={words.network}
          reading={facts.network}
          show={(state) => ({ value: words.networks[state] })}
        />
        <ReadingRow
          name={words.screen}
          reading={facts.isLocked}
          show={(is) => ({ value: is ? words.locked : words.unlocked })}
        />
        <ReadingRow
          name={words.lid}
          reading={facts.isLidClosed}
          show={(is) => ({ value: is ? words.lidClosed : words.lidOpen })}
        />
      </dl>
    </Card>
  );
}
