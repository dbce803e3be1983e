/** Parses the output of the Windows script line by line, and holds the newest content of each section. */
import type { Reading } from '../../../src-shared/duty.ts';
import type { SingleReason } from '../../../src-shared/missing-reason.ts';
import type { FullScreenWindow } from '../games/full-screen.ts';
import { readDriverVersion } from '../gpu/driver-version.ts';
import { known, mapReading, parseNumber, unknown } from '../reading.ts';

export type WindowsAdapter = {
  readonly luid: string;
  readonly vendorId: number;
  readonly dedicatedBytes: number;
  readonly name: string;
};
type WindowsDriver = { readonly card: string; readonly version: string };
type WindowsFolder = {
  readonly launcher: string;
  readonly path: string;
  readonly name: string;
};
/** One performance counter of one process: the adapter, the engine (null for memory), and the amount. */
export type WindowsCounter = {
  readonly pid: number;
  readonly luid: string;
  readonly engine: string | null;
  readonly value: number;
};
export type WindowsOwner = {
  readonly idleMs: number | undefined;
  readonly isLocked: boolean;
  readonly fullScreen: FullScreenWindow | null;
  readonly power: string;
};
export type WindowsProcesses = {
  readonly paths: ReadonlyMap<number, string>;
  /** Processor time in seconds, of the processes that may be ours. */
  readonly cpuSeconds: ReadonlyMap<number, number>;
};
export type WindowsLoad = {
  readonly engines: readonly WindowsCounter[];
  readonly memory: readonly WindowsCounter[];
};

export type WindowsSections = {
  readonly adapters: Reading<readonly WindowsAdapter[]>;
  /** Versions of drivers by the names of their cards. */
  readonly drivers: Reading<readonly WindowsDriver[]>;
  readonly folders: Reading<readonly WindowsFolder[]>;
  readonly owner: Reading<WindowsOwner>;
  readonly network: Reading<'online' | 'metered' | 'offline'>;
  readonly processes: Reading<WindowsProcesses>;
  readonly load: Reading<WindowsLoad>;
};

/** More than a busy system has of any kind; it bounds what is stored. */
const maxRecords = 20_000;

export class WindowsRecords {
  #sections: WindowsSections = allUnknown({ code: 'not-answered-yet', tool: 'Windows' });
  /** Lines of the section that is being printed. */
  #lines: (readonly string[])[] = [];
  readonly #paths = new Map<number, string>();
  /** Programs told by their start alone: how many lists of all have not had them. */
  readonly #unlisted = new Map<number, number>();

  get sections(): WindowsSections {
    return this.#sections;
  }

  /** Forgets everything: no earlier line still holds. */
  forget(reason: SingleReason): void {
    this.#sections = allUnknown(reason);
    this.#lines = [];
    this.#paths.clear();
    this.#unlisted.clear();
  }

  /** @returns whether the line was understood */
  push(line: string): boolean {
    const cells = line.split('\t').map((cell) => cell.trim());
    const [kind = '', first = '', second = ''] = cells;
    switch (kind) {
      case 'begin':
        this.forget({ code: 'not-answered-yet', tool: 'Windows' });
        return true;
      case 'end':
        return this.#close(first);
      case 'start':
        this.#start(first, second);
        return true;
      case 'failed':
        this.#lines = [];
        this.#sections = { ...this.#sections, load: unknown({ code: 'no-loads', detail: second }) };
        return true;
      case 'adapter':
      case 'driver':
      case 'folder':
      case 'idle':
      case 'locked':
      case 'fullscreen':
      case 'power':
      case 'network':
      case 'process':
      case 'gone':
      case 'cpu':
      case 'engine':
      case 'memory':
        if (this.#lines.length < maxRecords) {
          this.#lines.push(cells);
        }
        return true;
      default:
        return false;
    }
  }

  #close(section: string): boolean {
    const lines = this.#lines;
    this.#lines = [];
    const of = (kind: string): string[][] =>
      lines.filter(([first]) => first === kind).map(([, ...rest]) => rest);
    switch (section) {
      case 'adapters':
        this.#sections = { ...this.#sections, adapters: known(of('adapter').flatMap(toAdapter)) };
        return true;
      case 'drivers':
        this.#sections = { ...this.#sections, drivers: known(of('driver').flatMap(toDriver)) };
        return true;
      case 'folders':
        this.#sections = { ...this.#sections, folders: known(of('folder').flatMap(toFolder)) };
        return true;
      case 'owner':
        this.#sections = { ...this.#sections, owner: known(toOwner(of)) };
        return true;
      case 'network':
        this.#sections = { ...this.#sections, network: toNetwork(of('network')[0]?.[0]) };
        return true;
      case 'processes':
        this.#sections = { ...this.#sections, processes: known(this.#toProcesses(of)) };
        return true;
      case 'load': {
        const engines = of('engine').flatMap(toCounter);
        const memory = of('memory').flatMap(toCounter);
        this.#sections = { ...this.#sections, load: known({ engines, memory }) };
        return true;
      }
      default:
        return false;
    }
  }

  /** A program that has started since the last list of all, which alone tells processor times. */
  #start(pid: string, path: string): void {
    const isNew = !this.#paths.has(Number(pid));
    this.#keepPath(pid, path);
    if (isNew && this.#paths.has(Number(pid))) {
      this.#unlisted.set(Number(pid), 0);
    }
    this.#sections = {
      ...this.#sections,
      processes: mapReading(this.#sections.processes, ({ cpuSeconds }) => ({
        paths: new Map(this.#paths),
        cpuSeconds,
      })),
    };
  }

  /**
   * A program that ended before it was in a list is told of no more. One that started while the list was made is not in
   * that one, but in the next.
   */
  #dropUnlisted(): void {
    for (const [pid, lists] of this.#unlisted) {
      if (lists === 0) {
        this.#unlisted.set(pid, 1);
      } else {
        this.#unlisted.delete(pid);
        this.#paths.delete(pid);
      }
    }
  }

  #keepPath(pid: string, path: string): void {
    if (this.#paths.size < maxRecords && /^\d+$/.test(pid)) {
      this.#paths.set(Number(pid), path);
    }
  }

  #toProcesses(of: (kind: string) => string[][]): WindowsProcesses {
    for (const [pid] of of('gone')) {
      this.#paths.delete(Number(pid));
    }
    for (const [pid = '', path = ''] of of('process')) {
      this.#keepPath(pid, path);
      this.#unlisted.delete(Number(pid));
    }
    this.#dropUnlisted();
    const cpuSeconds = of('cpu').flatMap(([pid, seconds]): [number, number][] => {
      const value = parseNumber(seconds ?? '');
      return value === undefined ? [] : [[Number(pid), value]];
    });
    return { paths: new Map(this.#paths), cpuSeconds: new Map(cpuSeconds) };
  }
}

function allUnknown(reason: SingleReason): WindowsSections {
  const missing = unknown(reason);
  return {
    adapters: missing,
    drivers: missing,
    folders: missing,
    owner: missing,
    network: missing,
    processes: missing,
    load: missing,
  };
}

function toAdapter([luid = '', vendor, bytes, name = '']: string[]): WindowsAdapter[] {
  const vendorId = parseNumber(vendor ?? '');
  const dedicatedBytes = parseNumber(bytes ?? '');
  return /^0x[0-9a-f]{8}_0x[0-9a-f]{8}$/i.test(luid) && vendorId !== undefined
    ? [{ luid: luid.toLowerCase(), vendorId, dedicatedBytes: dedicatedBytes ?? 0, name }]
    : [];
}

function toDriver([card = '', text = '']: readonly string[]): WindowsDriver[] {
  const version = readDriverVersion(text);
  return card === '' || card.length > 300 || version === null ? [] : [{ card, version }];
}

function toFolder([launcher = '', path = '', name = '']: string[]): WindowsFolder[] {
  return path === '' ? [] : [{ launcher, path, name }];
}

function toOwner(of: (kind: string) => string[][]): WindowsOwner {
  const idleMs = parseNumber(of('idle')[0]?.[0] ?? '');
  return {
    idleMs: idleMs === undefined || idleMs < 0 ? undefined : idleMs,
    isLocked: of('locked')[0]?.[0] === 'True',
    fullScreen: toFullScreen(of('fullscreen')[0]),
    power: of('power')[0]?.[0] ?? '',
  };
}

/** The desktop and the lock screen fill the screen, too. */
const notApps = /^(?:explorer|lockapp|logonui|.*\.scr|)$/i;

function toFullScreen([pid, name = '']: string[] = []): FullScreenWindow | null {
  return pid === undefined || !/^\d+$/.test(pid) || notApps.test(name)
    ? null
    : { pid: Number(pid), name };
}

function toNetwork(word: string | undefined): WindowsSections['network'] {
  return word === 'online' || word === 'metered' || word === 'offline'
    ? known(word)
    : unknown({ code: 'untold', fact: 'online-windows' });
}

/**
 * "pid_4120_luid_0x00000000_0x0000c6a1_phys_0_eng_3_engtype_3D"; only counters of engines have the part from "_eng"
 * on.
 */
function toCounter([instance = '', amount]: string[]): WindowsCounter[] {
  const match =
    /^pid_(\d{1,10})_luid_(0x[0-9a-f]{8}_0x[0-9a-f]{8})_phys_\d+(?:_eng_(\d+)_engtype_.*)?$/i.exec(
      instance,
    );
  const value = parseNumber(amount ?? '');
  return match === null || value === undefined || value < 0
    ? []
    : [
        {
          pid: Number(match[1]),
          luid: (match[2] ?? '').toLowerCase(),
          engine: match[3] ?? null,
          value,
        },
      ];
}
