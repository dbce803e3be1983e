/**
 * A computer whose graphics cards are described by what its drivers and tools print. The product's own readers read it and
 * the product's own duty decides, on a clock that the test moves; the engine works at full load whenever it is loaded.
 */
import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import type { Compute } from '../../../src-shared/compute.ts';
import { foundDevices, unlistedDevice } from '../host/found-devices.ts';
import type { GpuFacts, Reading } from '../../../src-shared/duty.ts';
import { missingCase } from '../../../src-shared/errors.ts';
import type { Settings } from '../../../src-shared/settings/settings.ts';
import { parseAppleCards } from '../../../src-main/sensors/gpu/apple-cards.ts';
import { GraphicsCards } from '../../../src-main/sensors/gpu/graphics-cards.ts';
import { LinuxCards } from '../../../src-main/sensors/gpu/linux-cards.ts';
import { NvidiaReadings } from '../../../src-main/sensors/gpu/nvidia-readings.ts';
import { windowsCards } from '../../../src-main/sensors/gpu/windows-cards.ts';
import { RecentGpuPids } from '../../../src-main/sensors/own-processes.ts';
import { unknown } from '../../../src-main/sensors/reading.ts';
import { WindowsRecords } from '../../../src-main/sensors/windows/records.ts';
import { Desk, shard } from '../host/duty-desk.ts';
import { idleFacts } from '../host/duty-inputs.ts';
import { addFiles, fileTree } from './file-tree.ts';
import { PlayedMachine } from './played-machine.ts';

/** What drivers and tools see at one moment. */
export type Scene = {
  readonly nowMs: number;
  /** The engine is loaded, and works at full load. */
  readonly isLoaded: boolean;
  /** Its process is there. */
  readonly isThere: boolean;
  /** How long it has worked. */
  readonly workedMs: number;
  readonly modelBytes: number;
  /** Another program computes on the cards, too. */
  readonly isRendering: boolean;
  readonly renderedMs: number;
};

/** What they print; what is left out is not there. */
export type Printed = {
  /** By path below /sys/bus/pci/devices. */
  readonly devices?: Readonly<Record<string, string>>;
  /** By path below /proc. */
  readonly processes?: Readonly<Record<string, string>>;
  readonly smi?: { readonly cards: readonly string[]; readonly pmon: readonly string[] };
  readonly windows?: readonly string[];
  readonly ioreg?: string;
};

export type Computer = {
  readonly system: 'linux' | 'windows' | 'mac' | 'freebsd';
  readonly backend: 'cuda' | 'vulkan' | 'metal' | 'cpu';
  readonly gigabytes?: number;
  readonly settings?: Partial<Settings>;
  readonly print: (scene: Scene) => Printed;
};

export const enginePid = 7000;
export const rendererPid = 900;
const stepMs = 2000;
const loadMs = 4000;

export class PlayedComputer {
  readonly #computer: Computer;
  readonly #roots: { readonly sys: string; readonly proc: string };
  readonly #desk: Desk;
  readonly #ours: RecentGpuPids;
  readonly #linux: LinuxCards;
  readonly #nvidia: NvidiaReadings;
  readonly #cards = new GraphicsCards();
  readonly #windows = new WindowsRecords();
  readonly #written = new Map<string, string>();
  #loadedAtMs: number | undefined;
  #workedMs = 0;
  #renderedMs = 0;
  isRendering = false;
  loads = 0;

  private constructor(computer: Computer, sys: string, proc: string) {
    this.#computer = computer;
    this.#roots = { sys, proc };
    const gpus = unknown({ code: 'not-read-yet', source: 'cards' });
    const machine = new PlayedMachine({ ...idleFacts, gpus });
    const { backend } = computer;
    const compute = (): Compute | null => {
      const found = foundDevices(machine.facts.gpus, backend);
      return found?.devices.length === 0 && backend !== 'cpu' ? unlistedDevice(backend) : found;
    };
    this.#desk = new Desk({ machine, settings: computer.settings ?? {}, compute });
    const { clock } = this.#desk;
    const own = () => {
      const pids = new Set(this.#loadedAtMs === undefined ? [] : [enginePid]);
      return { pids, gpuPids: pids };
    };
    this.#ours = new RecentGpuPids(own, clock);
    const names = new Map<string, string>();
    const roots = { sysRoot: sys, procRoot: proc };
    this.#linux = new LinuxCards({ own, names: () => names, clock, ...roots });
    this.#nvidia = new NvidiaReadings(this.#ours, clock, stepMs);
  }

  static async start(computer: Computer): Promise<PlayedComputer> {
    const sys = await fileTree({ 'bus/pci/devices/0000:00:1f.0/class': '0x060100\n' });
    return new PlayedComputer(computer, sys, await fileTree({ '1/comm': 'init\n' }));
  }

  get state(): string {
    return this.#desk.service.view.state;
  }

  get sentence(): string {
    return this.#desk.service.view.sentence;
  }

  get #isLoaded(): boolean {
    return this.#loadedAtMs !== undefined && this.#desk.clock.now() >= this.#loadedAtMs;
  }

  async play(game: string): Promise<void> {
    await this.#desk.play(game);
    await this.#obey();
  }

  /** Lets the time pass; calls back after every two seconds of it. */
  async pass(ms: number, each: () => void = () => {}): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.#workedMs += this.#isLoaded ? stepMs : 0;
      this.#renderedMs += this.isRendering ? stepMs : 0;
      await this.#desk.clock.pass(stepMs);
      this.#desk.machine.tell({ gpus: await this.#look() });
      await this.#desk.settle();
      await this.#obey();
      each();
    }
  }

  async stop(): Promise<void> {
    await this.#desk.service.stop();
  }

  /** The node does what it was told, and takes its time for loading. */
  async #obey(): Promise<void> {
    const order = this.#desk.orders.at(-1) ?? 'own';
    const { backend, gigabytes = 4.6 } = this.#computer;
    const model = { ...shard, expectedDeviceBytes: backend === 'cpu' ? 0 : gigabytes * 1.05e9 };
    const unloaded = { ...model, backend: null, pid: null, deviceBytes: 0 };
    if (order === 'work') {
      if (this.#loadedAtMs === undefined) {
        this.loads += 1;
        this.#loadedAtMs = this.#desk.clock.now() + loadMs;
      }
      await this.#desk.setShards(
        this.#isLoaded
          ? { ...model, state: 'serving', backend, pid: enginePid, deviceBytes: gigabytes * 1e9 }
          : { ...unloaded, state: 'starting', pid: enginePid },
      );
    } else if (!order.startsWith('drain')) {
      this.#loadedAtMs = undefined;
      await rm(join(this.#roots.proc, String(enginePid)), { recursive: true, force: true });
      this.#forget(`${this.#roots.proc}/${enginePid}`);
      this.#desk.shards = [{ ...unloaded, state: 'idle' }];
    }
    await this.#desk.carryOut();
  }

  async #look(): Promise<Reading<readonly GpuFacts[]>> {
    const printed = this.#computer.print({
      nowMs: this.#desk.clock.now(),
      isLoaded: this.#isLoaded && this.#computer.backend !== 'cpu',
      isThere: this.#loadedAtMs !== undefined,
      workedMs: this.#workedMs,
      modelBytes: (this.#computer.gigabytes ?? 4.6) * 1e9,
      isRendering: this.isRendering,
      renderedMs: this.#renderedMs,
    });
    switch (this.#computer.system) {
      case 'linux':
        await this.#write(join(this.#roots.sys, 'bus/pci/devices'), printed.devices ?? {});
        await this.#write(this.#roots.proc, printed.processes ?? {});
        this.#hearSmi(printed.smi);
        return this.#cards.merge(await this.#linux.read(), this.#nvidia.reading);
      case 'windows':
        this.#hearSmi(printed.smi);
        this.#windows.push('begin');
        printed.windows?.forEach((line) => this.#windows.push(line));
        return this.#cards.merge(
          windowsCards(this.#windows.sections, this.#ours.pids),
          this.#nvidia.reading,
        );
      case 'mac':
        return parseAppleCards(printed.ioreg ?? '', this.#ours.pids.size > 0);
      case 'freebsd':
        return unknown({ code: 'other-system', system: 'freebsd' });
      default:
        return missingCase(this.#computer.system);
    }
  }

  #hearSmi(smi: Printed['smi']): void {
    if (smi === undefined) {
      this.#nvidia.forget({ code: 'not-installed', tool: 'nvidia-smi' });
      return;
    }
    smi.cards.forEach((line) => this.#nvidia.hearCard(line));
    if (this.#ours.pids.size > 0) {
      smi.pmon.forEach((line) => this.#nvidia.hearProcess(line));
    } else {
      this.#nvidia.forgetProcesses();
    }
  }

  /** Writes what changed; links are made once. */
  async #write(root: string, files: Readonly<Record<string, string>>): Promise<void> {
    const changed = Object.entries(files).filter(
      ([path, text]) => this.#written.get(`${root}/${path}`) !== text,
    );
    changed.forEach(([path, text]) => this.#written.set(`${root}/${path}`, text));
    await addFiles(root, Object.fromEntries(changed));
  }

  #forget(below: string): void {
    for (const path of this.#written.keys()) {
      if (path.startsWith(below)) {
        this.#written.delete(path);
      }
    }
  }
}
