/** What drivers and tools print of graphics cards of each kind; see computer.ts. */
import { enginePid, type Printed, rendererPid, type Scene } from './computer.ts';

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/* NVIDIA */

export type NvidiaKind = {
  readonly index?: number;
  readonly name?: string;
  /** In MiB, as nvidia-smi prints it. */
  readonly total?: string;
  /** What it says in place of a load. */
  readonly noLoad?: string;
  /** Whether pmon lists processes of this card, what it says of their loads, and whether of their memory. */
  readonly lists?: 'all' | 'loads' | 'processes' | 'nobody';
  /** In percent, by the desktop. */
  readonly screenLoad?: number;
  /** On how many cards the model lies. */
  readonly cards?: number;
  /** The engine does not compute on it. */
  readonly isBystander?: boolean;
};

export function nvidiaDevice(driver = 'nvidia', index = 0): Record<string, string> {
  return pciDevice(`0000:0${index + 1}:00.0`, '0x10de', driver, '0x2684');
}

/** nvidia-smi's lines; without `pmon`, of a card whose processes it does not know. */
export function smi(scene: Scene, ...kinds: readonly NvidiaKind[]): Required<Printed>['smi'] {
  const titles = ['# gpu  pid type sm mem enc dec jpg ofa fb ccpm command'];
  return {
    cards: kinds.map((kind) => smiLine(scene, kind)),
    pmon: [...titles, ...kinds.flatMap((kind) => pmonRows(scene, kind))],
  };
}

const desktopMebibytes = 300;
/** Chips whose memory is the computer's have 128 GB of it. */
const unifiedMebibytes = 122_000;

/** In MiB: what ours takes, and what another program has taken. */
function nvidiaUse(scene: Scene, kind: NvidiaKind) {
  const { total = '24564', cards = 1, isBystander = false } = kind;
  const isOurs = scene.isLoaded && !isBystander;
  const own = isOurs ? Math.round(scene.modelBytes / cards / mebibyte) + 250 : 0;
  const whole = total.startsWith('[') ? unifiedMebibytes : Number(total);
  return { isOurs, own, taken: scene.isHoarding ? whole - own - desktopMebibytes : 0 };
}

function smiLine(scene: Scene, kind: NvidiaKind) {
  const { index = 0, name = 'NVIDIA GeForce RTX 4090', total = '24564', noLoad } = kind;
  const { screenLoad = 0 } = kind;
  const { isOurs, own, taken } = nvidiaUse(scene, kind);
  const load = noLoad ?? (isOurs || scene.isRendering ? '99' : String(screenLoad));
  const used = total.startsWith('[') ? total : String(desktopMebibytes + own + taken);
  const bus = `00000000:0${index + 1}:00.0`;
  const uuid = `GPU-0000000${index}-1111-2222-3333-444444444444`;
  return `${index}, ${uuid}, ${bus}, 550.54.14, ${load}, ${total}, ${used}, 61, 92.41, 45, ${name}`;
}

function pmonRows(scene: Scene, kind: NvidiaKind): string[] {
  const { index = 0, lists = 'all', screenLoad = 0 } = kind;
  if (lists === 'nobody') {
    return [`${index} - - - - - - - - - - -`];
  }
  const { isOurs, own, taken } = nvidiaUse(scene, kind);
  const row = (pid: number, percent: number, mebibytes: number): string => {
    const load = lists === 'processes' ? '-' : String(percent);
    const memory = lists === 'loads' ? '-' : String(mebibytes);
    return `${index} ${pid} C ${load} 3 - - - - ${memory} 0 program`;
  };
  return [
    row(1312, screenLoad, desktopMebibytes),
    ...(isOurs ? [row(enginePid, 99, own)] : []),
    ...(scene.isRendering || scene.isHoarding
      ? [row(rendererPid, scene.isRendering ? 95 : 0, taken)]
      : []),
  ];
}

/* AMD */

export type AmdKind = {
  readonly device?: string;
  readonly megabytes: number;
  /** What it may use of the computer's memory. */
  readonly sharedGibibytes?: number;
  /** Models lie in the computer's memory. */
  readonly isIntegrated?: boolean;
  /** The engine does not compute on it. */
  readonly isBystander?: boolean;
  /** The kernel tells of processes. */
  readonly tellsProcesses?: boolean;
  /** It sleeps while no program computes on it. */
  readonly sleeps?: boolean;
  /** In percent, by the desktop. */
  readonly screenLoad?: number;
};

export function amd(scene: Scene, kind: AmdKind): Printed {
  const { device = '0000:0b:00.0', megabytes, isIntegrated = false, isBystander = false } = kind;
  const isOurs = scene.isLoaded && !isBystander;
  const ownBytes = isOurs && !isIntegrated ? scene.modelBytes + 2e8 : 0;
  const total = megabytes * mebibyte;
  const taken = scene.isHoarding ? total : 0;
  const isBusy = isOurs || scene.isRendering;
  const asleep = kind.sleeps === true && !isBusy ? 'suspended' : 'active';
  const devices = {
    ...pciDevice(device, '0x1002', 'amdgpu', '0x744c'),
    [`${device}/power/runtime_status`]: `${asleep}\n`,
    [`${device}/gpu_busy_percent`]: `${isBusy ? 99 : (kind.screenLoad ?? 1)}\n`,
    [`${device}/mem_info_vram_total`]: `${total}\n`,
    [`${device}/mem_info_vram_used`]: `${Math.min(total, 330 * mebibyte + ownBytes + taken)}\n`,
    [`${device}/mem_info_gtt_total`]: `${(kind.sharedGibibytes ?? 16) * gibibyte}\n`,
    [`${device}/hwmon/hwmon4/temp1_input`]: '57000\n',
  };
  return kind.tellsProcesses === false || isBystander
    ? { devices }
    : { devices, processes: drmProcesses(scene, 'amdgpu', device, ownBytes) };
}

/** /proc of the engine, and of another program where one computes. */
function drmProcesses(
  scene: Scene,
  driver: string,
  device: string,
  ownBytes: number,
): Record<string, string> {
  const client = (id: number, workedMs: number, bytes: number): string =>
    `drm-driver:\t${driver}\ndrm-client-id:\t${id}\ndrm-pdev:\t${device}\n` +
    `drm-memory-vram:\t${Math.round(bytes / 1024)} KiB\ndrm-engine-compute:\t${workedMs * 1e6} ns\n`;
  return {
    ...(scene.isThere ? useOf(enginePid, client(1, scene.workedMs, ownBytes)) : {}),
    ...useOf(rendererPid, client(2, scene.renderedMs, 0)),
  };
}

function useOf(pid: number, text: string): Record<string, string> {
  return { [`${pid}/fd/9`]: '-> /dev/dri/renderD128', [`${pid}/fdinfo/9`]: text };
}

/* Intel */

export type IntelKind = {
  readonly device?: string;
  /** i915 and xe keep their counters of sleep in different places; a virtual machine may hide them. */
  readonly counter?: string | null;
  /** Of the time, by the desktop alone. */
  readonly awakeShare?: number;
  readonly isBystander?: boolean;
};

export function intel(scene: Scene, kind: IntelKind = {}): Printed {
  const { device = '0000:00:02.0', awakeShare = 0.02, isBystander = false } = kind;
  const { counter = 'drm/card1/gt/gt0/rc6_residency_ms' } = kind;
  const busyMs = (isBystander ? 0 : scene.workedMs) + scene.renderedMs;
  const asleepMs = Math.round(10_000 + (scene.nowMs - busyMs) * (1 - awakeShare));
  const driver = counter === null ? null : counter.startsWith('tile') ? 'xe' : 'i915';
  const devices = {
    ...pciDevice(device, '0x8086', driver, '0x9a49'),
    ...(counter === null ? {} : { [`${device}/${counter}`]: `${asleepMs}\n` }),
  };
  if (isBystander) {
    return { devices };
  }
  return {
    devices,
    processes:
      driver === 'xe' ? xeProcesses(scene, device) : drmProcesses(scene, 'i915', device, 0),
  };
}

const xeCyclesPerMs = 19_200;

/** xe counts cycles in place of time. */
function xeProcesses(scene: Scene, device: string): Record<string, string> {
  const client = (id: number, workedMs: number, bytes: number): string =>
    `drm-driver:\txe\ndrm-client-id:\t${id}\ndrm-pdev:\t${device}\n` +
    `drm-total-vram0:\t${Math.round(bytes / 1024)} KiB\ndrm-cycles-ccs:\t${workedMs * xeCyclesPerMs}\n` +
    `drm-total-cycles-ccs:\t${scene.nowMs * xeCyclesPerMs}\ndrm-engine-capacity-ccs:\t1\n`;
  const ownBytes = scene.isLoaded ? scene.modelBytes : 0;
  return {
    ...(scene.isThere ? useOf(enginePid, client(1, scene.workedMs, ownBytes)) : {}),
    ...useOf(rendererPid, client(2, scene.renderedMs, 0)),
  };
}

/** Others, which tell nothing that could be compared. */
export function silentDevice(vendor: string, driver: string | null, sleeps = false): Printed {
  const device = '0000:00:01.0';
  return {
    devices: {
      ...pciDevice(device, vendor, driver, '0x6779'),
      ...(sleeps ? { [`${device}/power/runtime_status`]: 'suspended\n' } : {}),
    },
  };
}

function pciDevice(
  device: string,
  vendor: string,
  driver: string | null,
  model: string,
): Record<string, string> {
  return {
    [`${device}/class`]: '0x030000\n',
    [`${device}/vendor`]: `${vendor}\n`,
    [`${device}/device`]: `${model}\n`,
    ...(driver === null
      ? {}
      : { [`${device}/driver`]: `-> ../../../../bus/pci/drivers/${driver}` }),
  };
}

/** Several cards of one computer. */
export function together(...cards: readonly Printed[]): Printed {
  const [devices, processes] = (['devices', 'processes'] as const).map((part) =>
    Object.assign({}, ...cards.map((card) => card[part] ?? {})),
  );
  return Object.assign({}, ...cards, { devices, processes });
}

/* Windows */

export type WindowsKind = {
  readonly name: string;
  readonly vendorId: number;
  readonly dedicatedBytes: number;
  /** On how many cards the model lies. */
  readonly cards?: number;
  readonly isBystander?: boolean;
};

function luidOf(index: number): string {
  return `0x00000000_0x0000c6a${index}`;
}

export function windows(scene: Scene, ...kinds: readonly WindowsKind[]): string[] {
  const { isLoaded, isRendering, isHoarding, modelBytes } = scene;
  return [
    ...kinds.map(
      ({ vendorId, dedicatedBytes, name }, index) =>
        `adapter\t${luidOf(index)}\t${vendorId}\t${dedicatedBytes}\t${name}`,
    ),
    'adapter\t0x00000000_0x0000d0ff\t5140\t0\tMicrosoft Basic Render Driver',
    'end\tadapters',
    ...kinds.flatMap(({ dedicatedBytes, cards = 1, isBystander }, index) => {
      const counter = (what: string, pid: number, where: string, value: number): string =>
        `${what}\tpid_${pid}_luid_${luidOf(index)}_phys_0${where}\t${value}`;
      const isOurs = isLoaded && isBystander !== true;
      const ownBytes = isOurs ? Math.min(modelBytes / cards, dedicatedBytes) : 0;
      const desktopBytes = Math.min(5e7, dedicatedBytes / 3);
      const taken = Math.max(0, dedicatedBytes - ownBytes - desktopBytes);
      return [
        counter('engine', 88, '_eng_0_engtype_3D', 2),
        counter('memory', 88, '', desktopBytes),
        ...(isOurs
          ? [
              counter('engine', enginePid, '_eng_1_engtype_Compute 0', 98),
              counter('memory', enginePid, '', ownBytes),
            ]
          : []),
        ...(isRendering ? [counter('engine', rendererPid, '_eng_1_engtype_Compute 0', 97)] : []),
        ...(isHoarding ? [counter('memory', rendererPid, '', taken)] : []),
      ];
    }),
    'end\tload',
  ];
}

/* macOS */

export type MacKind = {
  readonly model: string;
  /** The accelerator tells no load. */
  readonly isSilent?: boolean;
  /** The registry lists what each process has computed. */
  readonly listsTimes?: boolean;
  readonly isBystander?: boolean;
};

function macClient(pid: number, name: string, ms: number): string {
  return (
    `  +-o AGXDeviceUserClient  <class AGXDeviceUserClient, id 0x100000ab3, !registered>\n` +
    `    {\n      "IOUserClientCreator" = "pid ${pid}, ${name}"\n` +
    `      "AppUsage" = ({"API"="Metal","accumulatedGPUTime"=${ms * 1e6}})\n    }\n`
  );
}

export function accelerator(scene: Scene, kind: MacKind): string {
  const { model, isSilent = false, listsTimes = false, isBystander = false } = kind;
  const load = (scene.isLoaded && !isBystander) || scene.isRendering ? 99 : 2;
  const told = isSilent ? '' : `,"Device Utilization %"=${load}`;
  const clients = [
    macClient(533, 'WindowServer', Math.round(scene.nowMs * 0.02)),
    macClient(rendererPid, 'Blender', scene.renderedMs),
    ...(scene.isThere ? [macClient(enginePid, 'node', scene.workedMs)] : []),
  ];
  return (
    `+-o Accelerator  <class Accelerator, id 0x100000530>\n  | {\n  |   "model" = "${model}"\n` +
    `  |   "PerformanceStatistics" = {"recoveryCount"=0${told}}\n  | }\n${listsTimes ? clients.join('') : ''}`
  );
}
