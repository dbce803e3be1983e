/** What drivers and tools print of graphics cards of each kind; see played-computer.ts. */
import { enginePid, type Printed, rendererPid, type Scene } from './played-computer.ts';

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
  /** Whether pmon lists processes of this card, and what it says of their loads. */
  readonly lists?: 'loads' | 'processes' | 'nobody';
};

export function nvidiaDevice(driver = 'nvidia', index = 0): Record<string, string> {
  const device = `0000:0${index + 1}:00.0`;
  return {
    [`${device}/class`]: '0x030000\n',
    [`${device}/vendor`]: '0x10de\n',
    [`${device}/device`]: '0x2684\n',
    [`${device}/driver`]: `-> ../../../../bus/pci/drivers/${driver}`,
  };
}

/** nvidia-smi's lines; without `pmon`, of a card whose processes it does not know. */
export function smi(scene: Scene, ...kinds: readonly NvidiaKind[]): Required<Printed>['smi'] {
  const titles = ['# gpu  pid type sm mem enc dec jpg ofa fb ccpm command'];
  return {
    cards: kinds.map((kind) => smiLine(scene, kind)),
    pmon: [...titles, ...kinds.flatMap((kind) => pmonRows(scene, kind))],
  };
}

function smiLine(
  scene: Scene,
  { index = 0, name = 'RTX 4090', total = '24564', noLoad }: NvidiaKind,
) {
  const load = noLoad ?? (scene.isLoaded || scene.isRendering ? '99' : '0');
  const own = scene.isLoaded ? Math.round(scene.modelBytes / mebibyte) + 250 : 0;
  const used = total.startsWith('[') ? total : String(300 + own);
  const bus = `00000000:0${index + 1}:00.0`;
  const uuid = `GPU-0000000${index}-1111-2222-3333-444444444444`;
  return `${index}, ${uuid}, ${bus}, ${load}, ${total}, ${used}, 61, 92.41, 45, ${name}`;
}

function pmonRows(scene: Scene, { index = 0, lists = 'loads' }: NvidiaKind): string[] {
  if (lists === 'nobody') {
    return [`${index} - - - - - - - - - - -`];
  }
  const load = (percent: number): string => (lists === 'loads' ? String(percent) : '-');
  const row = (pid: number, percent: number, mebibytes: number): string =>
    `${index} ${pid} C ${load(percent)} 3 - - - - ${mebibytes} 0 program`;
  return [
    row(1312, 0, 300),
    ...(scene.isLoaded ? [row(enginePid, 99, Math.round(scene.modelBytes / mebibyte))] : []),
    ...(scene.isRendering ? [row(rendererPid, 95, 0)] : []),
  ];
}

/* AMD */

export type AmdKind = {
  readonly device?: string;
  readonly megabytes: number;
  /** Models lie in the computer's memory. */
  readonly isIntegrated?: boolean;
  /** The engine does not compute on it. */
  readonly isBystander?: boolean;
  /** The kernel tells of processes. */
  readonly tellsProcesses?: boolean;
};

export function amd(scene: Scene, kind: AmdKind): Printed {
  const { device = '0000:0b:00.0', megabytes, isIntegrated = false, isBystander = false } = kind;
  const isOurs = scene.isLoaded && !isBystander;
  const ownBytes = isOurs && !isIntegrated ? scene.modelBytes + 2e8 : 0;
  const total = megabytes * mebibyte;
  const devices = {
    [`${device}/class`]: '0x030000\n',
    [`${device}/vendor`]: '0x1002\n',
    [`${device}/device`]: '0x744c\n',
    [`${device}/driver`]: '-> ../../../../bus/pci/drivers/amdgpu',
    [`${device}/gpu_busy_percent`]: `${isOurs || scene.isRendering ? 99 : 1}\n`,
    [`${device}/mem_info_vram_total`]: `${total}\n`,
    [`${device}/mem_info_vram_used`]: `${Math.min(total, 330 * mebibyte + ownBytes)}\n`,
    [`${device}/mem_info_gtt_total`]: `${16 * gibibyte}\n`,
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
  const devices = {
    [`${device}/class`]: '0x030000\n',
    [`${device}/vendor`]: '0x8086\n',
    [`${device}/device`]: '0x9a49\n',
    ...(counter === null ? {} : { [`${device}/${counter}`]: `${asleepMs}\n` }),
  };
  return isBystander ? { devices } : { devices, processes: drmProcesses(scene, 'i915', device, 0) };
}

/** Others, which tell nothing that could be compared. */
export function silentDevice(vendor: string, driver: string): Printed {
  const device = '0000:00:01.0';
  return {
    devices: {
      [`${device}/class`]: '0x030000\n',
      [`${device}/vendor`]: `${vendor}\n`,
      [`${device}/device`]: '0x6779\n',
      [`${device}/driver`]: `-> ../../../../bus/pci/drivers/${driver}`,
    },
  };
}

/* Windows */

export type WindowsKind = {
  readonly name: string;
  readonly vendorId: number;
  readonly dedicatedBytes: number;
};

export function windows({ isLoaded, isRendering, modelBytes }: Scene, kind: WindowsKind): string[] {
  const luid = '0x00000000_0x0000c6a1';
  const counter = (what: string, pid: number, where: string, value: number): string =>
    `${what}\tpid_${pid}_luid_${luid}_phys_0${where}\t${value}`;
  const { vendorId, dedicatedBytes, name } = kind;
  const ownBytes = Math.min(modelBytes, dedicatedBytes);
  return [
    `adapter\t${luid}\t${vendorId}\t${dedicatedBytes}\t${name}`,
    'end\tadapters',
    counter('engine', 88, '_eng_0_engtype_3D', 2),
    counter('memory', 88, '', Math.min(5e7, dedicatedBytes / 3)),
    ...(isLoaded
      ? [
          counter('engine', enginePid, '_eng_1_engtype_Compute 0', 98),
          counter('memory', enginePid, '', ownBytes),
        ]
      : []),
    ...(isRendering ? [counter('engine', rendererPid, '_eng_1_engtype_Compute 0', 97)] : []),
    'end\tload',
  ];
}

/* macOS */

/** @param load null where the accelerator tells none */
export function accelerator(model: string, load: number | null): string {
  const told = load === null ? '' : `,"Device Utilization %"=${load}`;
  return `+-o Accelerator  <class Accelerator, id 0x100000530>\n    {\n      "model" = "${model}"\n      "PerformanceStatistics" = {"recoveryCount"=0${told}}\n    }\n`;
}
