/**
 * A computer whose graphics cards are described by what its drivers and tools print. The product's own readers read it as
 * often as they really do, and the product's own duty decides, on a clock that the test moves; the engine works at full load
 * whenever it is loaded.
 */
import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import type { Compute, DeviceMemory } from '../../../src-shared/compute.ts';
import type { Facts, GpuFacts, Reading } from '../../../src-shared/duty.ts';
import { missingCase } from '../../../src-shared/errors.ts';
import { AppleCards } from '../../../src-main/sensors/gpu/apple-cards.ts';
import { GraphicsCards } from '../../../src-main/sensors/gpu/graphics-cards.ts';
import { LinuxCards } from '../../../src-main/sensors/gpu/linux-cards.ts';
import { NvidiaReadings } from '../../../src-main/sensors/gpu/nvidia-readings.ts';
import { windowsCards } from '../../../src-main/sensors/gpu/windows-cards.ts';
import { RecentGpuPids } from '../../../src-main/sensors/own-processes.ts';
import { known, unknown } from '../../../src-main/sensors/reading.ts';
import { WindowsRecords } from '../../../src-main/sensors/windows/records.ts';
import { Desk, shard } from '../host/duty-desk.ts';
import { idleFacts } from '../host/duty-inputs.ts';
import {
  type Computer,
  enginePid,
  isInMainMemory,
  lookEveryMs,
  type Printed,
  type Scene,
} from './computer.ts';
import { addFiles, fileTree } from './file-tree.ts';
import { PlayedMachine } from './played-machine.ts';

const notReadYet = unknown({ code: 'not-read-yet', source: 'cards' });
const stepMs = 2000;
const loadMs = 4000;

export class PlayedComputer {
  readonly #computer: Computer;
  readonly #roots: { readonly sys: string; readonly proc: string };
  readonly #desk: Desk;
  readonly #ours: RecentGpuPids;
  readonly #linux: LinuxCards;
  readonly #nvidia: NvidiaReadings;
  readonly #apple: AppleCards;
  readonly #cards = new GraphicsCards();
  readonly #windows = new WindowsRecords();
  readonly #written = new Map<string, string>();
  #system: Reading<readonly GpuFacts[]> = notReadYet;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #nowMs = 0;
  #loadedAtMs: number | undefined;
  #workedMs = 0;
  #renderedMs = 0;
  isRendering = false;
  isHoarding = false;
  loads = 0;

  private constructor(computer: Computer, sys: string, proc: string) {
    this.#computer = computer;
    this.#roots = { sys, proc };
    const machine = new PlayedMachine({ ...idleFacts, ...computer.facts, gpus: notReadYet });
    const { settings = {}, devices = [], backend, library = backend } = computer;
    const compute = (): Compute => ({
      backend: library,
      devices: typeof devices === 'function' ? devices(this.#scene) : devices,
    });
    this.#desk = new Desk({ machine, settings, compute });
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
    this.#apple = new AppleCards(this.#ours, clock);
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

  /** What sensors beside those of the cards tell. */
  async tell(different: Partial<Omit<Facts, 'gpus'>>): Promise<void> {
    this.#desk.machine.tell(different);
    await this.#desk.settle();
    await this.#obey();
  }

  /** Lets the time pass; calls back after every two seconds of it. */
  async pass(ms: number, each: () => void = () => {}): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.#workedMs += this.#isLoaded ? stepMs : 0;
      this.#renderedMs += this.isRendering ? stepMs : 0;
      await this.#desk.clock.pass(stepMs);
      this.#nowMs = this.#desk.clock.now();
      this.#desk.machine.tell({ gpus: await this.#look(), memory: this.#memory });
      this.#desk.deviceMemory = this.#deviceMemory;
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
    const { backend, gigabytes = 4.6, isExpected = true } = this.#computer;
    const expectedDeviceBytes = backend === 'cpu' ? 0 : gigabytes * 1.05e9;
    const expectedMemoryBytes = gigabytes * 1.05e9;
    const model = {
      ...shard,
      memoryBytes: gigabytes * 1e9,
      ...(isExpected ? { expectedMemoryBytes, expectedDeviceBytes } : {}),
    };
    const unloaded = { ...model, backend: null, pid: null, deviceBytes: 0 };
    if (order === 'work') {
      if (this.#loadedAtMs === undefined) {
        this.loads += 1;
        this.#loadedAtMs = this.#desk.clock.now() + loadMs;
      }
      await this.#desk.setShards(
        this.#isLoaded
          ? {
              ...model,
              state: 'serving',
              backend,
              pid: enginePid,
              deviceBytes: backend === 'cpu' ? 0 : gigabytes * 1e9,
            }
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

  /** Of a computer with twice what the model takes, or 32 GB. */
  get #memory(): Facts['memory'] {
    const { gigabytes = 4.6, system } = this.#computer;
    if (system === 'freebsd') {
      return unknown({ code: 'other-system', system });
    }
    const totalBytes = Math.max(32e9, 2 * gigabytes * 1e9);
    const isInIt = isInMainMemory(this.#computer);
    const own = isInIt && this.#isLoaded ? gigabytes * 1e9 : 0;
    const availableBytes = isInIt && this.isHoarding ? 0.04 * totalBytes : 0.75 * totalBytes - own;
    return known({ totalBytes, availableBytes });
  }

  get #deviceMemory(): DeviceMemory | undefined {
    const { tellsFree = false, devices = [], gigabytes = 4.6 } = this.#computer;
    const each = typeof devices === 'function' ? devices(this.#scene) : devices;
    return tellsFree && this.#isLoaded
      ? each.map(({ id, totalBytes, freeBytes }) => ({
          id,
          totalBytes,
          freeBytes: this.isHoarding ? 0 : freeBytes - (gigabytes * 1e9) / each.length,
        }))
      : undefined;
  }

  get #scene(): Scene {
    return {
      nowMs: this.#nowMs,
      isLoaded: this.#isLoaded && this.#computer.backend !== 'cpu',
      isThere: this.#loadedAtMs !== undefined,
      workedMs: this.#workedMs,
      modelBytes: (this.#computer.gigabytes ?? 4.6) * 1e9,
      isRendering: this.isRendering,
      renderedMs: this.#renderedMs,
      isHoarding: this.isHoarding,
    };
  }

  /** nvidia-smi prints at every step, and the system is read when its sensors are due. */
  async #look(): Promise<Reading<readonly GpuFacts[]>> {
    const printed = this.#computer.print(this.#scene);
    if (this.#nowMs - this.#lookedAtMs >= lookEveryMs[this.#computer.system]) {
      this.#lookedAtMs = this.#nowMs;
      this.#system = await this.#readSystem(printed);
    }
    const { system } = this.#computer;
    if (system === 'mac' || system === 'freebsd') {
      return this.#system;
    }
    this.#hearSmi(printed.smi);
    return this.#cards.merge(this.#system, this.#nvidia.reading);
  }

  async #readSystem(printed: Printed): Promise<Reading<readonly GpuFacts[]>> {
    switch (this.#computer.system) {
      case 'linux':
        await this.#write(join(this.#roots.sys, 'bus/pci/devices'), printed.devices ?? {});
        await this.#write(this.#roots.proc, printed.processes ?? {});
        return this.#linux.read();
      case 'windows':
        this.#windows.push('begin');
        printed.windows?.forEach((line) => this.#windows.push(line));
        return windowsCards(this.#windows.sections, this.#ours.pids);
      case 'mac':
        return this.#apple.read(printed.ioreg ?? '');
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

  /** Writes what changed; links are made once, and a device that is no longer printed is gone. */
  async #write(root: string, files: Readonly<Record<string, string>>): Promise<void> {
    const folders = new Set(
      Object.keys(files).map((path) => `${root}/${path.split('/')[0] ?? ''}/`),
    );
    for (const path of this.#written.keys()) {
      const folder = `${root}/${path.slice(root.length + 1).split('/')[0] ?? ''}/`;
      if (path.startsWith(`${root}/`) && !folders.has(folder)) {
        await rm(folder, { recursive: true, force: true });
        this.#forget(folder);
      }
    }
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
