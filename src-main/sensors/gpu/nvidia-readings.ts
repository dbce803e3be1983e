/**
 * Readings of NVIDIA's cards, from the output of two nvidia-smi: one reports the cards, the other one their processes
 * while our engines run.
 */
import type { SingleReason } from '../../../src-shared/missing-reason.ts';
import type { GpuFacts, Reading } from '../../../src-shared/duty.ts';
import type { Clock } from '../../../src-shared/clock.ts';
import {
  allByOthers,
  othersUse,
  type OthersUse,
  parsePmonRow,
  parsePmonTitles,
  type PmonColumns,
  type PmonRow,
} from './nvidia-processes.ts';
import { type NvidiaCard, parseNvidiaLine } from './nvidia-query.ts';
import type { RecentGpuPids } from '../own-processes.ts';
import { known, unknown } from '../reading.ts';

export type NvidiaFacts = { readonly pciAddress: string | null; readonly facts: GpuFacts };

type Heard<T> = { readonly value: T; readonly at: number };

/** After this many missing lines of a tool, what it said no longer counts. */
const staleAfterLines = 3;
/** pmon needs a moment after its start; until then, what was known before our engine started still counts. */
const othersValidMs = 10_000;

export class NvidiaReadings {
  readonly #ours: RecentGpuPids;
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #cards = new Map<number, Heard<NvidiaCard>>();
  /** Identities stay while a lost card is no longer reported. */
  readonly #identities = new Map<number, Pick<NvidiaCard, 'uuid' | 'pciAddress' | 'name'>>();
  /** Rows by card and process. */
  readonly #rows = new Map<string, Heard<PmonRow>>();
  readonly #others = new Map<number, Heard<OthersUse>>();
  #columns: PmonColumns | undefined;
  #trouble: SingleReason | undefined = { code: 'not-answered-yet', tool: 'nvidia-smi' };
  #monitorTrouble: SingleReason | undefined;

  /** @param everyMs how often the tools print */
  constructor(ours: RecentGpuPids, clock: Clock, everyMs: number) {
    this.#ours = ours;
    this.#clock = clock;
    this.#everyMs = everyMs;
  }

  get reading(): Reading<readonly NvidiaFacts[]> {
    return this.#trouble === undefined
      ? known([...this.#cards.values()].map((card) => this.#describe(card)))
      : unknown(this.#trouble);
  }

  get isInTrouble(): boolean {
    return this.#trouble !== undefined;
  }

  /** @returns whether it is a line about a card */
  hearCard(line: string): boolean {
    const card = parseNvidiaLine(line);
    if (card === undefined) {
      return false;
    }
    const before = this.#identities.get(card.index);
    this.#identities.set(card.index, {
      uuid: card.uuid ?? before?.uuid ?? null,
      pciAddress: card.pciAddress ?? before?.pciAddress ?? null,
      name: card.uuid === null && before !== undefined ? before.name : card.name,
    });
    this.#cards.set(card.index, { value: card, at: this.#clock.now() });
    this.#trouble = undefined;
    return true;
  }

  /** @returns whether it is a line of the table of processes */
  hearProcess(line: string): boolean {
    if (line.startsWith('#')) {
      this.#columns = parsePmonTitles(line) ?? this.#columns;
      return this.#columns !== undefined;
    }
    const row = this.#columns === undefined ? undefined : parsePmonRow(line, this.#columns);
    if (row === undefined) {
      return false;
    }
    this.#monitorTrouble = undefined;
    this.#rows.set(`${row.gpuIndex} ${row.pid ?? '-'}`, { value: row, at: this.#clock.now() });
    return true;
  }

  /** The tool that reports processes starts again. */
  expectProcesses(): void {
    this.#columns = undefined;
    this.#monitorTrouble = undefined;
  }

  /** The reason why processes are not reported. */
  noteMonitorTrouble(reason: SingleReason): void {
    this.#monitorTrouble = reason;
  }

  forgetProcesses(): void {
    this.#rows.clear();
  }

  forget(reason: SingleReason): void {
    this.#trouble = reason;
    this.#cards.clear();
    this.#rows.clear();
    this.#others.clear();
  }

  #describe({ value: card, at }: Heard<NvidiaCard>): NvidiaFacts {
    const identity = this.#identities.get(card.index) ?? card;
    const isLost = this.#clock.now() - at > this.#everyMs * staleAfterLines;
    const heard = isLost ? silenced(card) : card;
    return {
      pciAddress: identity.pciAddress,
      facts: {
        id: identity.uuid ?? identity.pciAddress ?? `nvidia-${card.index}`,
        ...(identity.pciAddress === null ? {} : { pciAddress: identity.pciAddress }),
        name: identity.name,
        ...(card.driverVersion === null
          ? {}
          : { driver: { name: 'NVIDIA', version: card.driverVersion } }),
        vendor: 'nvidia',
        isIntegrated: false,
        utilisation: heard.utilisation,
        ...this.#othersOn(heard),
        memoryBytes: heard.memoryBytes,
        temperatureCelsius: heard.temperatureCelsius,
        powerWatts: heard.powerWatts,
        fanShare: heard.fanShare,
      },
    };
  }

  #othersOn(card: NvidiaCard): OthersUse {
    const ours = this.#ours.pids;
    const now = this.#clock.now();
    const rows = this.#rowsOf(card.index);
    if (ours.size > 0 && rows.length === 0) {
      const latest = this.#others.get(card.index);
      if (latest !== undefined && now - latest.at <= othersValidMs) {
        return latest.value;
      }
      const reason = unknown(
        this.#monitorTrouble ?? { code: 'not-answered-yet', tool: 'nvidia-smi pmon' },
      );
      return { othersUtilisation: reason, othersMemoryBytes: reason };
    }
    const value = ours.size === 0 ? allByOthers(card) : othersUse(card, rows, ours);
    this.#others.set(card.index, { value, at: now });
    return value;
  }

  /** The rows that still count; a process that has ended has none. */
  #rowsOf(gpuIndex: number): readonly PmonRow[] {
    const oldest = this.#clock.now() - this.#everyMs * staleAfterLines;
    for (const [key, { at }] of this.#rows) {
      if (at < oldest) {
        this.#rows.delete(key);
      }
    }
    return [...this.#rows.values()].flatMap(({ value }) =>
      value.gpuIndex === gpuIndex ? [value] : [],
    );
  }
}

/** A card that the driver no longer reports. */
function silenced(card: NvidiaCard): NvidiaCard {
  const lost = unknown({ code: 'untold', fact: 'nvidia-card' });
  return {
    ...card,
    utilisation: lost,
    memoryBytes: lost,
    usedMemoryBytes: lost,
    temperatureCelsius: lost,
    powerWatts: lost,
    fanShare: lost,
  };
}
