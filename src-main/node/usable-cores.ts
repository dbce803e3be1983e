/**
 * How many cores an engine may keep busy, from what the system reports. Each physical core gets one thread: matrix
 * products gain nothing from a second thread on a core, and a thread without a core of its own delays all others,
 * since they wait for each other many times in each token. Pure.
 */

export type CoreFacts = {
  /**
   * Physical cores, if possible those that this process may run on; undefined when the system does not report them.
   */
  readonly physicalCores: number | undefined;
  /** Threads that can run at the same time, as bounded by affinity. */
  readonly parallelism: number;
  /** CPU time that each surrounding cgroup allows, in CPUs; may have fractions. */
  readonly quotas: readonly number[];
};

/** At least 1. The fraction of a quota is not enough for another thread. */
export function usableCores({ physicalCores, parallelism, quotas }: CoreFacts): number {
  return Math.max(1, Math.floor(Math.min(physicalCores ?? parallelism, parallelism, ...quotas)));
}

/**
 * Counts the physical cores among the CPUs that a process may run on. A processor without a core id, as on ARM,
 * counts as one.
 * @param cpuInfo /proc/cpuinfo
 * @param processStatus /proc/self/status, for `Cpus_allowed_list`; without that line every CPU counts
 * @returns undefined when no processor can be read
 */
export function coresAllowed(cpuInfo: string, processStatus: string): number | undefined {
  const allowed = allowedCpus(processStatus);
  const cores = new Set<string>();
  for (const block of cpuInfo.split(/\n\s*\n/)) {
    const processor = field(block, 'processor');
    if (processor !== undefined && allowed(Number(processor))) {
      const core = field(block, 'core id');
      const socket = field(block, 'physical id');
      cores.add(core === undefined ? `processor ${processor}` : `core ${socket} ${core}`);
    }
  }
  return cores.size === 0 ? undefined : cores.size;
}

function field(block: string, name: string): string | undefined {
  return new RegExp(`^${name}\\s*:\\s*(\\d+)\\s*$`, 'm').exec(block)?.[1];
}

/** `Cpus_allowed_list:	0-3,8`: numbers and ranges, both ends included. */
function allowedCpus(processStatus: string): (cpu: number) => boolean {
  const list = /^Cpus_allowed_list:\s*(\d[\d,-]*)\s*$/m.exec(processStatus)?.[1];
  if (list === undefined) {
    return () => true;
  }
  const ranges = list.split(',').map((range) => {
    const [first = Number.NaN, last = first] = range.split('-').map(Number);
    return { first, last };
  });
  return (cpu) => ranges.some(({ first, last }) => first <= cpu && cpu <= last);
}

/**
 * The folders, below the mount of cgroups (version 2), of the process's group and of all groups around it, any of
 * which may have a quota.
 * @param processCgroups /proc/self/cgroup, where version 2 is the line `0::/path`
 */
export function cgroupFolders(processCgroups: string): string[] {
  const path = /^0::(\/.*)$/m.exec(processCgroups)?.[1];
  const names = path?.split('/').filter((name) => name !== '' && name !== '..') ?? [];
  return ['', ...names.map((_, index) => names.slice(0, index + 1).join('/'))];
}

/**
 * CPUs' worth of time from a `cpu.max` file: `<quota> <period>` in microseconds, or `max` for no limit.
 * @returns undefined when there is no limit, or none that can be read
 */
export function parseQuota(cpuMax: string): number | undefined {
  const [, quota, period] = /^(\d+) (\d+)\s*$/.exec(cpuMax) ?? [];
  const cpus = Number(quota) / Number(period);
  return Number.isFinite(cpus) ? cpus : undefined;
}
