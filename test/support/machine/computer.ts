/** A computer by what its drivers and tools print and by what llama.cpp finds on it; played-computer.ts plays it. */
import type { Compute, ComputeDevice } from '../../../src-shared/compute.ts';
import type { Facts } from '../../../src-shared/duty.ts';
import type { Settings } from '../../../src-shared/settings/settings.ts';

/** What drivers and tools see at one moment. */
export type Scene = {
  readonly nowMs: number;
  /** The engine is loaded, and works at full load on its cards. */
  readonly isLoaded: boolean;
  /** Its process is there. */
  readonly isThere: boolean;
  /** How long it has worked. */
  readonly workedMs: number;
  readonly modelBytes: number;
  /** Another program computes on the cards, too. */
  readonly isRendering: boolean;
  readonly renderedMs: number;
  /** Another program has taken all memory of the cards that was left. */
  readonly isHoarding: boolean;
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
  /** What the engine computes on. */
  readonly backend: Compute['backend'];
  readonly gigabytes?: number;
  /** Whether the node can tell what the layers will take. */
  readonly isExpected?: boolean;
  readonly settings?: Partial<Settings>;
  /** Where its sensors tell other things than those of an idle computer with a screen. */
  readonly facts?: Partial<Omit<Facts, 'gpus'>>;
  /** What llama.cpp finds, and its library where the engine computes on the processor all the same. */
  readonly devices?: readonly ComputeDevice[] | ((scene: Scene) => readonly ComputeDevice[]);
  readonly library?: Compute['backend'];
  /** Whether the driver tells a running engine what other programs leave free of its devices. */
  readonly tellsFree?: boolean;
  readonly print: (scene: Scene) => Printed;
};

/** Whether the model is in the computer's memory: on the processor, or on graphics that are a part of its chip. */
export function isInMainMemory({ backend, devices = [] }: Computer): boolean {
  const each = typeof devices === 'function' ? devices(firstScene) : devices;
  return (
    backend === 'cpu' ||
    backend === 'metal' ||
    (each.length > 0 && each.every(({ isIntegrated }) => isIntegrated))
  );
}

const firstScene: Scene = {
  nowMs: 0,
  isLoaded: false,
  isThere: false,
  workedMs: 0,
  modelBytes: 0,
  isRendering: false,
  renderedMs: 0,
  isHoarding: false,
};

export const enginePid = 7000;
export const rendererPid = 900;

/** How often the sensors of each system read the cards. */
export const lookEveryMs: Readonly<Record<Computer['system'], number>> = {
  linux: 2000,
  windows: 10_000,
  mac: 10_000,
  freebsd: 10_000,
};
