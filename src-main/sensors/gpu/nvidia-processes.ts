/**
 * Reads `nvidia-smi pmon -s um`, one row per process and card each second or two, and works out from it what
 * processes other than ours do on a card. Columns differ between drivers, so their titles are read:
 *
 *   # gpu         pid   type     sm    mem    enc    dec    jpg    ofa     fb   ccpm    command
 *   # Idx           #    C/G      %      %      %      %      %      %     MB     MB    name
 *       0       1312     G     24      3      -      -      -      -     97      0    Xorg
 *       1          -     -      -      -      -      -      -      -      -      -    -
 */
import type { Reading } from '../../../src-shared/duty.ts';
import { known, unknown } from '../reading.ts';

/** Positions of the columns that are needed; memory only where the driver knows it. */
export type PmonColumns = {
  readonly gpu: number;
  readonly pid: number;
  readonly load: number;
  readonly memory: number | undefined;
};

export type PmonRow = {
  readonly gpuIndex: number;
  /** null in the row of a card that no process uses. */
  readonly pid: number | null;
  /** 0 to 1; null where the driver has no sample, which is how it shows an idle process. */
  readonly load: number | null;
  readonly memoryBytes: number | null;
};

/** @returns undefined when the line is not the row of titles. */
export function parsePmonTitles(line: string): PmonColumns | undefined {
  if (!line.startsWith('#')) {
    return undefined;
  }
  const titles = line.slice(1).trim().split(/\s+/);
  const [gpu, pid, load, memory] = ['gpu', 'pid', 'sm', 'fb'].map((title) => titles.indexOf(title));
  if (gpu !== 0 || pid === undefined || pid < 0 || load === undefined || load < 0) {
    return undefined;
  }
  return { gpu, pid, load, memory: memory === undefined || memory < 0 ? undefined : memory };
}

/** @returns undefined for what is not a row of the table. */
export function parsePmonRow(line: string, columns: PmonColumns): PmonRow | undefined {
  const cells = line.trim().split(/\s+/);
  const gpuIndex = wholeNumber(cells[columns.gpu]);
  const pidText = cells[columns.pid];
  const pid = pidText === '-' ? null : wholeNumber(pidText);
  const load = cells[columns.load];
  const isCut = columns.memory !== undefined && cells.length <= columns.memory;
  if (
    gpuIndex === undefined ||
    gpuIndex > 255 ||
    pid === undefined ||
    load === undefined ||
    isCut
  ) {
    return undefined;
  }
  const percent = wholeNumber(load);
  const mebibytes = columns.memory === undefined ? undefined : wholeNumber(cells[columns.memory]);
  return {
    gpuIndex,
    pid,
    load: percent === undefined ? null : Math.min(percent, 100) / 100,
    memoryBytes: mebibytes === undefined ? null : mebibytes * 1024 * 1024,
  };
}

type CardUse = {
  readonly utilisation: Reading<number>;
  readonly usedMemoryBytes: Reading<number>;
};
export type OthersUse = {
  readonly othersUtilisation: Reading<number>;
  readonly othersMemoryBytes: Reading<number>;
};

/** The use by other programs while none of our engines works: all use of the card. */
export function allByOthers(card: CardUse): OthersUse {
  return { othersUtilisation: card.utilisation, othersMemoryBytes: card.usedMemoryBytes };
}

/**
 * The use of a card by other programs while our processes may work on it.
 *
 * @param rows pmon's newest row of each process on this card
 */
export function othersUse(
  card: CardUse,
  rows: readonly PmonRow[],
  ours: ReadonlySet<number>,
): OthersUse {
  const processes = rows.filter(({ pid }) => pid !== null);
  const isIdle = card.utilisation.isKnown && card.utilisation.value === 0;
  if (processes.length === 0) {
    // This is the case inside a container, whose processes the driver does not show.
    const nobody = unknown({ code: 'untold', fact: 'nvidia-processes' });
    return { othersUtilisation: isIdle ? known(0) : nobody, othersMemoryBytes: nobody };
  }
  const foreign = processes.filter(({ pid }) => pid === null || !ours.has(pid));
  const isSampled = isIdle || processes.some(({ load }) => load !== null);
  return {
    othersUtilisation:
      foreign.length === 0 || isSampled
        ? known(Math.min(1, sum(foreign.map(({ load }) => load ?? 0))))
        : unknown({ code: 'untold', fact: 'nvidia-process-load' }),
    othersMemoryBytes: foreignMemory(foreign),
  };
}

/**
 * Added up from the rows of other programs. The card's total less ours would be wrong: rows and total are not of one
 * moment, and memory that an engine of ours just took would count as another program's.
 */
function foreignMemory(foreign: readonly PmonRow[]): Reading<number> {
  const bytes = foreign.flatMap(({ memoryBytes }) => (memoryBytes === null ? [] : [memoryBytes]));
  return bytes.length === foreign.length
    ? known(sum(bytes))
    : unknown({ code: 'untold', fact: 'nvidia-process-memory' });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}
