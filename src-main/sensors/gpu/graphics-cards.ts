/** All cards of the machine: what the system tells of them, and what nvidia-smi tells of NVIDIA's. */
import type { MissingReason, SingleReason } from '../../../src-shared/missing-reason.ts';
import type { GpuFacts, Reading } from '../../../src-shared/duty.ts';
import type { NvidiaFacts } from './nvidia-readings.ts';
import { known, unknown } from '../reading.ts';

/**
 * Puts the two together, and remembers which card of the system is which of NVIDIA's: a card keeps its identity
 * while its tool is in trouble.
 */
export class GraphicsCards {
  /** NVIDIA's facts as they were last known, by PCI address. */
  readonly #nvidia = new Map<string, GpuFacts>();

  /**
   * @param system the system's view, which lists NVIDIA's cards too, by PCI address (Linux) or by name (Windows)
   * @param nvidia nvidia-smi's view
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

  /** A tool that is missing or in trouble matters only where there is a card for it. */
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
 * nvidia-smi's facts, with what only the system knows. Of cards with the same name, the system does not say which
 * is which: what others do on one may be done on any.
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
  return {
    ...facts,
    utilisation: most(({ utilisation }) => utilisation),
    othersUtilisation: most(({ othersUtilisation }) => othersUtilisation),
    othersMemoryBytes: most(({ othersMemoryBytes }) => othersMemoryBytes),
  };
}

/** Why neither way tells of cards; of a reason that is already of two ways, the first counts. */
function bothReasons(first: MissingReason, second: MissingReason): MissingReason {
  return { code: 'both', first: singleReason(first), second: singleReason(second) };
}

function singleReason(reason: MissingReason): SingleReason {
  return reason.code === 'both' ? reason.first : reason;
}

/** The same card, with the tool's trouble as the reason of what is not known. */
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
