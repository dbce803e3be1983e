/** The computer's memory, and how much of it other programs may still take. */
import { freemem, totalmem } from 'node:os';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ComputerMemory, Reading } from '../../src-shared/duty.ts';
import type { RunCommand } from '../base/run-command.ts';
import { known, parseNumber, unknown } from './reading.ts';

const untold = unknown({ code: 'untold', fact: 'free-memory' });

/**
 * Of a container with a limit, its own memory (control groups of version 2): files that it has read may be dropped, so they count
 * as available as they do for the computer.
 */
export async function readLinuxMemory(
  procRoot: string,
  sysRoot: string,
): Promise<Reading<ComputerMemory>> {
  const computer = parseMeminfo(await readFile(join(procRoot, 'meminfo'), 'utf8'));
  const group = join(sysRoot, 'fs/cgroup');
  const [most, current, stat] = await Promise.all(
    ['memory.max', 'memory.current', 'memory.stat'].map((name) =>
      readFile(join(group, name), 'utf8').catch(() => ''),
    ),
  );
  const limited = parseMemoryGroup(most ?? '', current ?? '', stat ?? '');
  if (computer === undefined) {
    return untold;
  }
  return known(
    limited !== undefined && limited.totalBytes < computer.totalBytes
      ? {
          totalBytes: limited.totalBytes,
          availableBytes: Math.min(limited.availableBytes, computer.availableBytes),
        }
      : computer,
  );
}

/** /proc/meminfo, in kibibytes: "MemAvailable:   12345 kB". */
export function parseMeminfo(text: string): ComputerMemory | undefined {
  const [total, available] = ['MemTotal', 'MemAvailable'].map((name) =>
    parseNumber(new RegExp(String.raw`^${name}: +(\d{1,15}) kB$`, 'm').exec(text)?.[1] ?? ''),
  );
  return total === undefined || available === undefined || total === 0
    ? undefined
    : { totalBytes: total * 1024, availableBytes: Math.min(available, total) * 1024 };
}

/** @returns undefined where there is no limit, or no group */
export function parseMemoryGroup(
  most: string,
  current: string,
  stat: string,
): ComputerMemory | undefined {
  const [totalBytes, usedBytes, fileBytes] = [
    most.trim(),
    current.trim(),
    /^file (\d{1,18})$/m.exec(stat)?.[1] ?? '',
  ].map((text) => (/^\d{1,18}$/.test(text) ? Number(text) : undefined));
  if (totalBytes === undefined || usedBytes === undefined || totalBytes === 0) {
    return undefined;
  }
  const free = totalBytes - usedBytes + (fileBytes ?? 0);
  return { totalBytes, availableBytes: Math.min(totalBytes, Math.max(0, free)) };
}

/** Windows counts what it only keeps in case it is used again as free. */
export function readWindowsMemory(): Reading<ComputerMemory> {
  return known({ totalBytes: totalmem(), availableBytes: freemem() });
}

/** "kern.memorystatus_level" is the share that macOS could give to programs, in percent. */
export async function readMacMemory(
  run: RunCommand,
  signal: AbortSignal,
): Promise<Reading<ComputerMemory>> {
  return parseMemoryLevel(await run('sysctl', ['-n', 'kern.memorystatus_level'], signal));
}

export function parseMemoryLevel(text: string, totalBytes = totalmem()): Reading<ComputerMemory> {
  const percent = parseNumber(text.trim());
  return percent === undefined || percent < 0 || percent > 100
    ? untold
    : known({ totalBytes, availableBytes: (totalBytes * percent) / 100 });
}
