/**
 * What a process and all its descendants use, from Linux's /proc: processor time, and how often each thread went to
 * sleep by itself, which is how often it was woken up.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { descendantsOf } from '../support/host/process-children.ts';
import { ticksPerSecond } from './process-usage.ts';

export type TreeTimes = {
  /** Of all living processes, and of the ended children that they have waited for, in seconds. */
  readonly cpuSeconds: number;
  readonly processes: ReadonlyMap<number, ProcessTimes>;
};

type ProcessTimes = {
  readonly name: string;
  /** Without its children, in seconds. */
  readonly cpuSeconds: number;
};

export type WakeUpCounts = {
  /** How often threads continued after a sleep. */
  readonly threads: number;
  /** Number of intervals between looks in which any thread did: everything that one timer starts counts once. */
  readonly moments: number;
};

/** Counts wake-ups, as long as it looks often enough to see short-lived threads. */
export class WakeUps {
  readonly #root: number;
  /** The counts at the latest look, by process and thread. */
  readonly #latest = new Map<number, Map<string, number>>();
  readonly #counts = new Map<number, { threads: number; moments: number }>();
  #hasLooked = false;

  constructor(root: number) {
    this.#root = root;
  }

  /** Reads the processes that the latest `lookAll` has found. */
  look(): void {
    for (const pid of this.#latest.keys()) {
      this.#lookAt(pid);
    }
  }

  /** Finds new processes, which costs more. */
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

  /** Counts since the first look, by process. */
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
        // A thread that began after the first look has only been woken since then.
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

/** A readable name of the process: its script, or the kind of a Chromium process. */
function nameOf(pid: number): string {
  // Chromium's processes rewrite their command line with spaces.
  const words = (read(`/proc/${pid}/cmdline`) ?? '').split(/[\0 ]/);
  const kind = words.find((word) => word.startsWith('--type='))?.slice('--type='.length);
  const script = words.slice(1).find((word) => /\.[cm]?[jt]s$/.test(word));
  return kind ?? basename(script ?? words[0] ?? '');
}

function voluntarySwitches(path: string): number | undefined {
  const match = /^voluntary_ctxt_switches:\s*(\d+)$/m.exec(read(path) ?? '');
  return match === null ? undefined : Number(match[1]);
}

/** undefined when the process has ended. */
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
