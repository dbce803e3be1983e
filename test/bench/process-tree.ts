/**
 * What a process and all its descendants take, read from Linux's /proc: processor time, and how often each thread
 * went to sleep of its own will, which is how often it was woken up.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { descendantsOf } from '../support/host/process-children.ts';
import { ticksPerSecond } from './process-usage.ts';

export type TreeTimes = {
  /** Of all living processes and of those they have outlived and waited for, in seconds. */
  readonly cpuSeconds: number;
  readonly processes: ReadonlyMap<number, ProcessTimes>;
};

type ProcessTimes = {
  readonly name: string;
  /** Without its children, in seconds. */
  readonly cpuSeconds: number;
};

export type WakeUpCounts = {
  /** How often threads went on after they slept. */
  readonly threads: number;
  /** Between how many looks any of them did: what one timer sets off counts once. */
  readonly moments: number;
};

/** Counts wake-ups for as long as it is asked often enough to see threads that live briefly. */
export class WakeUps {
  readonly #root: number;
  /** By process, and in it by thread: the count at the latest look. */
  readonly #latest = new Map<number, Map<string, number>>();
  readonly #counts = new Map<number, { threads: number; moments: number }>();
  #hasLooked = false;

  constructor(root: number) {
    this.#root = root;
  }

  /** Reads the processes that were there at the latest `lookAll`. */
  look(): void {
    for (const pid of this.#latest.keys()) {
      this.#lookAt(pid);
    }
  }

  /** Finds processes that came since, which costs more. */
  async lookAll(): Promise<void> {
    for (const pid of [this.#root, ...(await descendantsOf(this.#root))]) {
      if (!this.#latest.has(pid)) {
        this.#latest.set(pid, new Map());
        this.#counts.set(pid, { threads: 0, moments: 0 });
        this.#lookAt(pid);
      }
    }
    this.look();
    this.#hasLooked = true;
  }

  /** Since the first look, by process. */
  get counts(): ReadonlyMap<number, WakeUpCounts> {
    return this.#counts;
  }

  #lookAt(pid: number): void {
    const latest = this.#latest.get(pid);
    const counts = this.#counts.get(pid);
    if (latest === undefined || counts === undefined) {
      return;
    }
    let woken = 0;
    for (const thread of list(`/proc/${pid}/task`)) {
      const now = voluntarySwitches(`/proc/${pid}/task/${thread}/status`);
      if (now !== undefined) {
        // What began since the first look was woken only since then.
        woken += now - (latest.get(thread) ?? (this.#hasLooked ? 0 : now));
        latest.set(thread, now);
      }
    }
    counts.threads += woken;
    counts.moments += woken > 0 ? 1 : 0;
  }
}

/** Formats: proc(5), /proc/pid/stat: utime, stime, cutime and cstime are the 14th to 17th fields. */
export async function treeTimes(root: number): Promise<TreeTimes> {
  const processes = new Map<number, ProcessTimes>();
  let cpuSeconds = 0;
  for (const pid of [root, ...(await descendantsOf(root))]) {
    const stat = read(`/proc/${pid}/stat`);
    if (stat !== undefined) {
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = fields
        .slice(11, 15)
        .map((ticks) => Number(ticks) / ticksPerSecond);
      cpuSeconds += user + system + childrenUser + childrenSystem;
      processes.set(pid, { name: nameOf(pid), cpuSeconds: user + system });
    }
  }
  return { cpuSeconds, processes };
}

/** As a person would tell it from the others: its script, or the kind of a Chromium process. */
function nameOf(pid: number): string {
  // Chromium's processes write their words anew, with spaces between.
  const words = (read(`/proc/${pid}/cmdline`) ?? '').split(/[\0 ]/);
  const kind = words.find((word) => word.startsWith('--type='))?.slice('--type='.length);
  const script = words.slice(1).find((word) => /\.[cm]?[jt]s$/.test(word));
  return kind ?? basename(script ?? words[0] ?? '');
}

function voluntarySwitches(path: string): number | undefined {
  const match = /^voluntary_ctxt_switches:\s*(\d+)$/m.exec(read(path) ?? '');
  return match === null ? undefined : Number(match[1]);
}

/** Undefined when the process is gone. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
