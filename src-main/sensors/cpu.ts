/**
 * The processor load of other programs: all processor time between two readings, less what our own processes used.
 */
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Reading } from '../../src-shared/duty.ts';
import { known, unknown } from './reading.ts';

/**
 * Times since the machine started, of all cores together. They may have any unit, as long as all three have the same.
 */
export type CpuTimes = {
  readonly busy: number;
  readonly total: number;
  /** Times of our own processes, by process id. */
  readonly own: ReadonlyMap<number, number>;
};

/** Two readings closer together than this measure mostly rounding, in milliseconds. */
const leastMs = 500;

export class OthersCpu {
  readonly #look: (signal: AbortSignal) => Promise<CpuTimes>;
  readonly #now: () => number;
  #before: { readonly at: number; readonly times: CpuTimes } | undefined;

  constructor(look: (signal: AbortSignal) => Promise<CpuTimes>, now: () => number) {
    this.#look = look;
    this.#now = now;
  }

  async read(signal: AbortSignal): Promise<Reading<number>> {
    const before = this.#before;
    const times = await this.#look(signal);
    const at = this.#now();
    if (before !== undefined && at - before.at < leastMs) {
      return unknown({ code: 'untold', fact: 'processor-first-look' });
    }
    this.#before = { at, times };
    return before === undefined
      ? unknown({ code: 'untold', fact: 'processor-first-look' })
      : othersShare(before.times, times);
  }
}

/** A process of ours that began or ended between the readings counts as far as both know it. */
export function othersShare(before: CpuTimes, after: CpuTimes): Reading<number> {
  const total = after.total - before.total;
  if (!(total > 0) || after.busy < before.busy) {
    return unknown({ code: 'untold', fact: 'processor-times' });
  }
  let own = 0;
  for (const [pid, used] of after.own) {
    own += Math.max(0, used - (before.own.get(pid) ?? 0));
  }
  return known(Math.min(1, Math.max(0, (after.busy - before.busy - own) / total)));
}

/**
 * Linux, in clock ticks. Reading this one line costs far less than Node's `cpus`, which asks for the clock of each
 * core.
 */
export async function readLinuxCpuTimes(
  ownPids: ReadonlySet<number>,
  procRoot = '/proc',
): Promise<CpuTimes> {
  const { busy, total } = parseProcStat(await readFile(join(procRoot, 'stat'), 'utf8'));
  const own = new Map<number, number>();
  for (const pid of ownPids) {
    try {
      const ticks = parseProcessStat(await readFile(join(procRoot, String(pid), 'stat'), 'utf8'));
      if (ticks !== undefined) {
        own.set(pid, ticks);
      }
    } catch {
      // The process has ended.
    }
  }
  return { busy, total, own };
}

/**
 * The first line of /proc/stat (proc_stat(5)): user nice system idle iowait irq softirq steal guest guest_nice. user
 * and nice contain the guests' times. Waiting for disks counts as idle.
 */
export function parseProcStat(text: string): { readonly busy: number; readonly total: number } {
  const match = /^cpu +((?:\d+ ?){4,10})/.exec(text);
  const times = (match?.[1] ?? '').trim().split(' ').map(Number).slice(0, 8);
  const total = times.reduce((sum, time) => sum + time, 0);
  return { busy: total - (times[3] ?? 0) - (times[4] ?? 0), total };
}

/** Fields 14 and 15 of /proc/PID/stat; the name in field 2 may contain spaces and brackets. */
export function parseProcessStat(text: string): number | undefined {
  const fields = text
    .slice(text.lastIndexOf(')') + 1)
    .trim()
    .split(' ');
  const [user, system] = [fields[11], fields[12]].map((field) =>
    field !== undefined && /^\d{1,16}$/.test(field) ? Number(field) : undefined,
  );
  return user === undefined || system === undefined ? undefined : user + system;
}

/** Other systems, in milliseconds; the times of our own processes come from the process list. */
export function readCpuTimes(ownCpuSeconds: ReadonlyMap<number, number>): CpuTimes {
  let busy = 0;
  let total = 0;
  for (const { times } of cpus()) {
    const all = times.user + times.nice + times.sys + times.irq + times.idle;
    total += all;
    busy += all - times.idle;
  }
  return {
    busy,
    total,
    own: new Map([...ownCpuSeconds].map(([pid, seconds]) => [pid, seconds * 1000])),
  };
}
