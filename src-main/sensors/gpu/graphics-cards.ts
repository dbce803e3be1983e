/** All cards of the machine, from the system and, for NVIDIA's, from nvidia-smi. */
import type { MissingReason, SingleReason } from '../../../src-shared/missing-reason.ts';
import type { GpuFacts, Reading } from '../../../src-shared/duty.ts';
import type { NvidiaFacts } from './nvidia-readings.ts';
import { known, unknown } from '../reading.ts';

/**
 * Merges the two lists, and remembers which card of the system is which of NVIDIA's, so that a card keeps its
 * identity while nvidia-smi fails.
 */
export class GraphicsCards {
  /** The last known facts of NVIDIA's cards, by PCI address. */
  readonly #nvidia = new Map<string, GpuFacts>();

  /**
   * @param system the system's list, which has NVIDIA's cards too, by PCI address (Linux) or by name (Windows)
   * @param nvidia nvidia-smi's list
   */
  merge(
    system: Reading<readonly GpuFacts[]>,
    nvidia: Reading<readonly NvidiaFacts[]>,
  ): Reading<readonly GpuFacts[]> {
    if (!nvidia.isKnown) {
      return this.#withoutTool(system, nvidia.reason);
    }
    for (const { pciAddress, facts } of nvidia.value) {
      if (pciAddress !== null) {
        this.#nvidia.set(pciAddress, facts);
      }
    }
    const seen = system.isKnown ? system.value : [];
    const told = nvidia.value.map(({ pciAddress, facts }) =>
      completed(
        facts,
        seen.filter(({ id, name, vendor }) =>
          vendor === 'nvidia' ? id === pciAddress || name === facts.name : false,
        ),
      ),
    );
    const addresses = new Set(nvidia.value.map(({ pciAddress }) => pciAddress));
    const names = new Set(nvidia.value.map(({ facts }) => facts.name));
    const others = seen.filter(
      ({ id, name, vendor }) => vendor !== 'nvidia' || !(addresses.has(id) || names.has(name)),
    );
    return known([...told, ...others]);
  }

  /** A tool that is missing or fails matters only where there is a card for it. */
  #withoutTool(
    system: Reading<readonly GpuFacts[]>,
    reason: MissingReason,
  ): Reading<readonly GpuFacts[]> {
    return system.isKnown
      ? known(
          system.value.map((card) =>
            card.vendor === 'nvidia' ? explained(this.#identified(card), reason) : card,
          ),
        )
      : unknown(bothReasons(system.reason, reason));
  }

  #identified(card: GpuFacts): GpuFacts {
    const { id, name } = this.#nvidia.get(card.id) ?? card;
    return { ...card, id, name };
  }
}

/**
 * nvidia-smi's facts, completed by the system's. Where several cards have one name, the system cannot tell them
 * apart, so what other programs do on one of them may be done on any.
 */
function completed(facts: GpuFacts, seen: readonly GpuFacts[]): GpuFacts {
  const most = (read: (card: GpuFacts) => Reading<number>): Reading<number> => {
    const own = read(facts);
    const values = seen.flatMap((card) => {
      const reading = read(card);
      return reading.isKnown ? [reading.value] : [];
    });
    return own.isKnown || values.length === 0 ? own : known(Math.max(...values));
  };
  const driver = facts.driver ?? seen.find((card) => card.driver !== undefined)?.driver;
  return {
    ...facts,
    ...(driver === undefined ? {} : { driver }),
    utilisation: most(({ utilisation }) => utilisation),
    othersUtilisation: most(({ othersUtilisation }) => othersUtilisation),
    othersMemoryBytes: most(({ othersMemoryBytes }) => othersMemoryBytes),
  };
}

/** The reasons why neither way knows the cards; of a reason that has two parts already, the first counts. */
function bothReasons(first: MissingReason, second: MissingReason): MissingReason {
  return { code: 'both', first: singleReason(first), second: singleReason(second) };
}

function singleReason(reason: MissingReason): SingleReason {
  return reason.code === 'both' ? reason.first : reason;
}

/** The same card, with the tool's failure as the reason for what is unknown. */
function explained(card: GpuFacts, reason: MissingReason): GpuFacts {
  const explain = (reading: Reading<number>): Reading<number> =>
    reading.isKnown ? reading : unknown(reason);
  return {
    ...card,
    utilisation: explain(card.utilisation),
    othersUtilisation: explain(card.othersUtilisation),
    memoryBytes: explain(card.memoryBytes),
    othersMemoryBytes: explain(card.othersMemoryBytes),
    temperatureCelsius: explain(card.temperatureCelsius),
    powerWatts: explain(card.powerWatts),
    fanShare: explain(card.fanShare),
  };
}
