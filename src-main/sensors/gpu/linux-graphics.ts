/** All graphics cards of a Linux machine, from sysfs and nvidia-smi, with their names. */
import type { GpuFacts, Reading } from '../../../src-shared/duty.ts';
import { systemClock } from '../../../src-shared/clock.ts';
import { everyMs, polled, type Running, type SourceOptions } from '../fact-sources.ts';
import { GraphicsCards } from './graphics-cards.ts';
import { lookUpGraphicsNames } from './graphics-names.ts';
import { findLinuxCards } from './linux-card.ts';
import { LinuxCards } from './linux-cards.ts';
import { NvidiaCards } from './nvidia-cards.ts';
import { known } from '../reading.ts';
import { runCommand } from '../../base/run-command.ts';

export type LinuxGraphics = {
  readonly running: readonly Running[];
  readonly reading: () => Reading<readonly GpuFacts[]>;
};

/** Names do not change; only a card that was added while the machine runs gets its name late. */
const namesEveryMs = 3_600_000;

export function linuxGraphics(options: SourceOptions): LinuxGraphics {
  const { own, nodeExecutable, nvidiaCommand, procRoot = '/proc', sysRoot = '/sys' } = options;
  const { clock = systemClock, runCommand: run = runCommand } = options;
  const noNames: ReadonlyMap<string, string> = new Map();
  const names = polled(options, 'card-names', namesEveryMs, async (signal) => {
    const cards = (await findLinuxCards(sysRoot)) ?? [];
    // nvidia-smi has the names of NVIDIA's cards.
    return known(
      cards.some(({ vendor }) => vendor !== 'nvidia')
        ? await lookUpGraphicsNames(run, nodeExecutable, signal)
        : noNames,
    );
  });
  const cards = new LinuxCards({
    own,
    names: () => (names.reading.isKnown ? names.reading.value : noNames),
    clock,
    procRoot,
    sysRoot,
  });
  const system = polled(options, 'cards', everyMs.glance, () => cards.read());
  const nvidia = new NvidiaCards({
    own,
    clock,
    everyMs: everyMs.glance,
    ...(nvidiaCommand === undefined ? {} : { command: nvidiaCommand }),
  });
  const merged = new GraphicsCards();
  return {
    running: [names, system, nvidia],
    reading: () => merged.merge(system.reading, nvidia.reading),
  };
}
