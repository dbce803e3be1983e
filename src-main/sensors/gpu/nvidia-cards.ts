/**
 * NVIDIA's cards, watched through one nvidia-smi that keeps running. A second one tells who loads the cards;
 * it runs only while engines of ours do, since otherwise the whole load is others'.
 */
import type { GpuFacts, Reading } from '../../../src-shared/duty.ts';
import { type Clock, systemClock } from '../clock.ts';
import { LineTool } from '../line-tool.ts';
import {
  allByOthers,
  othersUse,
  type OthersUse,
  parsePmonRow,
  parsePmonTitles,
  type PmonColumns,
  type PmonRow,
} from './nvidia-processes.ts';
import { type NvidiaCard, nvidiaQueryArguments, parseNvidiaLine } from './nvidia-query.ts';
import { RecentGpuPids, type OwnProcesses } from '../own-processes.ts';
import { known, unknown } from '../reading.ts';
import type { Sensor } from '../sensor.ts';

export type NvidiaFacts = { readonly pciAddress: string | null; readonly facts: GpuFacts };

export type NvidiaCardsOptions = {
  readonly own: () => OwnProcesses;
  readonly command?: string;
  readonly everyMs?: number;
  readonly clock?: Clock;
};

type Heard<T> = { readonly value: T; readonly at: number };

/** Of the tools' own lines, so many may be missing before what they said is taken back. */
const staleAfterLines = 3;
/** A laptop's card that has to wake up first takes some seconds to answer. */
const silentAfterLines = 8;
/** pmon needs a moment after its start; until then what was known before our engine started still stands. */
const othersHeldMs = 10_000;

export class NvidiaCards implements Sensor<readonly NvidiaFacts[]> {
  readonly #everyMs: number;
  readonly #clock: Clock;
  readonly #ours: RecentGpuPids;
  readonly #query: LineTool;
  readonly #monitor: LineTool;
  readonly #cards = new Map<number, Heard<NvidiaCard>>();
  /** Identities outlive a loss of the card, when the driver stops telling them. */
  readonly #identities = new Map<number, Pick<NvidiaCard, 'uuid' | 'pciAddress' | 'name'>>();
  /** By card and process. */
  readonly #rows = new Map<string, Heard<PmonRow>>();
  readonly #others = new Map<number, Heard<OthersUse>>();
  #columns: PmonColumns | undefined;
  #trouble: string | undefined = 'nvidia-smi has not answered yet';
  #monitorTrouble: string | undefined;
  #isMonitorWanted = false;
  /** Starts and stops of the monitor, one after another. */
  #monitorOrders: Promise<void> = Promise.resolve();
  #onChange: (() => void) | undefined;

  constructor({
    own,
    command = 'nvidia-smi',
    everyMs = 2000,
    clock = systemClock,
  }: NvidiaCardsOptions) {
    this.#everyMs = everyMs;
    this.#clock = clock;
    this.#ours = new RecentGpuPids(own, clock);
    const tool = { command, silentWithinMs: everyMs * silentAfterLines };
    this.#query = new LineTool({
      ...tool,
      name: 'nvidia-smi',
      args: [...nvidiaQueryArguments, `--loop-ms=${everyMs}`],
      onLine: (line) => this.#onCardLine(line),
      onTrouble: (because) => this.#onTrouble(because),
    });
    this.#monitor = new LineTool({
      ...tool,
      name: 'nvidia-smi pmon',
      args: ['pmon', '-s', 'um', '-d', String(Math.max(1, Math.round(everyMs / 1000)))],
      onLine: (line) => this.#onMonitorLine(line),
      onTrouble: (because) => {
        this.#monitorTrouble = because;
        this.#onChange?.();
      },
    });
  }

  get reading(): Reading<readonly NvidiaFacts[]> {
    return this.#trouble === undefined
      ? known([...this.#cards.values()].map((card) => this.#describe(card)))
      : unknown(this.#trouble);
  }

  start(onChange: () => void): void {
    if (this.#onChange === undefined) {
      this.#onChange = onChange;
      this.#query.start();
    }
  }

  async stop(): Promise<void> {
    this.#onChange = undefined;
    this.#wantMonitor(false);
    await Promise.all([this.#query.stop(), this.#monitorOrders]);
  }

  refresh(): void {
    // A tool in trouble keeps its reason until it answers.
    if (this.#onChange !== undefined && this.#trouble === undefined) {
      this.#forget('nvidia-smi is being read anew');
    }
  }

  #onCardLine(line: string): boolean {
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
    this.#wantMonitor(this.#onChange !== undefined && this.#ours.pids.size > 0);
    this.#onChange?.();
    return true;
  }

  #onMonitorLine(line: string): boolean {
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

  #onTrouble(because: string): void {
    this.#forget(because);
    this.#wantMonitor(false);
  }

  #forget(because: string): void {
    this.#trouble = because;
    this.#cards.clear();
    this.#rows.clear();
    this.#others.clear();
    this.#onChange?.();
  }

  #wantMonitor(isWanted: boolean): void {
    if (isWanted === this.#isMonitorWanted) {
      return;
    }
    this.#isMonitorWanted = isWanted;
    this.#monitorOrders = this.#orderMonitor(isWanted, this.#monitorOrders);
  }

  async #orderMonitor(isWanted: boolean, before: Promise<void>): Promise<void> {
    await before;
    if (isWanted) {
      this.#columns = undefined;
      this.#monitorTrouble = undefined;
      this.#monitor.start();
    } else {
      await this.#monitor.stop();
      this.#rows.clear();
    }
  }

  #describe({ value: card, at }: Heard<NvidiaCard>): NvidiaFacts {
    const identity = this.#identities.get(card.index) ?? card;
    const isLost = this.#clock.now() - at > this.#everyMs * staleAfterLines;
    const heard = isLost ? silenced(card) : card;
    return {
      pciAddress: identity.pciAddress,
      facts: {
        id: identity.uuid ?? identity.pciAddress ?? `nvidia-${card.index}`,
        name: identity.name,
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
      const held = this.#others.get(card.index);
      if (held !== undefined && now - held.at <= othersHeldMs) {
        return held.value;
      }
      const because = unknown(this.#monitorTrouble ?? 'nvidia-smi pmon has not answered yet');
      return { othersUtilisation: because, othersMemoryBytes: because };
    }
    const value = ours.size === 0 ? allByOthers(card) : othersUse(card, rows, ours);
    this.#others.set(card.index, { value, at: now });
    return value;
  }

  /** The rows that still hold; a process that ended has none any more. */
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

/** A card that the driver stopped reporting. */
function silenced(card: NvidiaCard): NvidiaCard {
  const lost = unknown('nvidia-smi no longer reports this card');
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
