/**
 * NVIDIA's cards, watched through one nvidia-smi that keeps running. A second one reports which processes load the
 * cards. It runs only while our engines do, since otherwise other programs cause the whole load.
 */
import type { SingleReason } from '../../../src-shared/missing-reason.ts';
import type { Reading } from '../../../src-shared/duty.ts';
import { type Clock, systemClock } from '../../../src-shared/clock.ts';
import { LineTool } from '../line-tool.ts';
import { nvidiaQueryArguments } from './nvidia-query.ts';
import { type NvidiaFacts, NvidiaReadings } from './nvidia-readings.ts';
import { RecentGpuPids, type OwnProcesses } from '../own-processes.ts';
import type { Sensor } from '../sensor.ts';

export type NvidiaCardsOptions = {
  readonly own: () => OwnProcesses;
  readonly command?: string;
  readonly everyMs?: number;
  readonly clock?: Clock;
};

/** A laptop's card may take some seconds to wake up and respond. */
const silentAfterLines = 8;

export class NvidiaCards implements Sensor<readonly NvidiaFacts[]> {
  readonly #ours: RecentGpuPids;
  readonly #readings: NvidiaReadings;
  readonly #query: LineTool;
  readonly #monitor: LineTool;
  #isMonitorWanted = false;
  /** Starts and stops of the second nvidia-smi, one after another. */
  #monitorOrders: Promise<void> = Promise.resolve();
  #onChange: (() => void) | undefined;

  constructor({
    own,
    command = 'nvidia-smi',
    everyMs = 2000,
    clock = systemClock,
  }: NvidiaCardsOptions) {
    this.#ours = new RecentGpuPids(own, clock);
    this.#readings = new NvidiaReadings(this.#ours, clock, everyMs);
    const tool = { command, silentWithinMs: everyMs * silentAfterLines };
    this.#query = new LineTool({
      ...tool,
      name: 'nvidia-smi',
      args: [...nvidiaQueryArguments, `--loop-ms=${everyMs}`],
      onLine: (line) => this.#onCardLine(line),
      onTrouble: (reason) => this.#onTrouble(reason),
    });
    this.#monitor = new LineTool({
      ...tool,
      name: 'nvidia-smi pmon',
      args: ['pmon', '-s', 'um', '-d', String(Math.max(1, Math.round(everyMs / 1000)))],
      onLine: (line) => this.#readings.hearProcess(line),
      onTrouble: (reason) => {
        this.#readings.noteMonitorTrouble(reason);
        this.#onChange?.();
      },
    });
  }

  get reading(): Reading<readonly NvidiaFacts[]> {
    return this.#readings.reading;
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
    // While the tool fails, its reason stays until it responds.
    if (this.#onChange !== undefined && !this.#readings.isInTrouble) {
      this.#forget({ code: 'asked-anew', tool: 'nvidia-smi' });
    }
  }

  #onCardLine(line: string): boolean {
    if (!this.#readings.hearCard(line)) {
      return false;
    }
    this.#wantMonitor(this.#onChange !== undefined && this.#ours.pids.size > 0);
    this.#onChange?.();
    return true;
  }

  #onTrouble(reason: SingleReason): void {
    this.#forget(reason);
    this.#wantMonitor(false);
  }

  #forget(reason: SingleReason): void {
    this.#readings.forget(reason);
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
      this.#readings.expectProcesses();
      this.#monitor.start();
    } else {
      await this.#monitor.stop();
      this.#readings.forgetProcesses();
    }
  }
}
