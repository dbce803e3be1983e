/** Finds out how many threads an engine gets where the owner did not set a number; see usable-cores.ts. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { cpu } from 'systeminformation';
import { cgroupFolders, coresAllowed, parseQuota, usableCores } from './usable-cores.ts';

/** Windows answers through PowerShell, which can take seconds; a start waits no longer than this, in milliseconds. */
const lookUpWithinMs = 3000;
const cgroupMount = '/sys/fs/cgroup';

let known: Promise<number> | undefined;

/**
 * Looked up once for each process, and never during a request. At least 1, and at most the cores that this process
 * may use.
 */
export function defaultThreads(): Promise<number> {
  known ??= lookUp();
  return known;
}

async function lookUp(): Promise<number> {
  const isLinux = process.platform === 'linux';
  const allowedCores = isLinux
    ? coresAllowed(await textOf('/proc/cpuinfo'), await textOf('/proc/self/status'))
    : undefined;
  return usableCores({
    physicalCores: allowedCores ?? (await coresOfMachine()),
    // Affinity bounds this everywhere, and so do the quotas of old cgroups (version 1).
    parallelism: availableParallelism(),
    quotas: isLinux ? await quotas() : [],
  });
}

async function quotas(): Promise<number[]> {
  const folders = cgroupFolders(await textOf('/proc/self/cgroup'));
  const limits = await Promise.all(
    folders.map(async (folder) => parseQuota(await textOf(join(cgroupMount, folder, 'cpu.max')))),
  );
  return limits.filter((limit) => limit !== undefined);
}

async function coresOfMachine(): Promise<number | undefined> {
  const { promise: tooLate, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), lookUpWithinMs);
  try {
    const found = await Promise.race([cpu(), tooLate]);
    // systeminformation gives 0 where it does not know.
    return found?.physicalCores || undefined;
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** Empty when there is no such file: kernels and containers differ in the files they have. */
async function textOf(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '');
}
