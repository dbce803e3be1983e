/** Disk, memory and versions: what can be told without a running host as well. */
import { statfs } from 'node:fs/promises';
import {
  arch,
  availableParallelism,
  cpus,
  freemem,
  release,
  totalmem,
  type,
  version,
} from 'node:os';
import { dirname } from 'node:path';
import type { Finding, FindingOf } from '../../src-shared/doctor/finding.ts';
import { expectedRelease } from '../../src-shared/llama-release.ts';
import { usableMemoryBytes } from '../node/hosting-memory.ts';

/** Less free disk than this keeps downloads, and soon the history, from being written. */
const littleDiskBytes = 1e9;

export type DiskUse = {
  readonly usedBytes: number | null;
  readonly limitBytes: number | null;
};

/** Free space where the folder is, or would be: the nearest one above it that exists. */
export async function freeDiskBytes(folder: string): Promise<number | null> {
  for (let at = folder; ; at = dirname(at)) {
    try {
      const { bavail, bsize } = await statfs(at);
      return bavail * bsize;
    } catch {
      if (dirname(at) === at) {
        return null;
      }
    }
  }
}

/** Pure. */
export function diskFinding(
  freeBytes: number | null,
  { usedBytes, limitBytes }: DiskUse,
): FindingOf<'disk'> {
  const isLittle = freeBytes !== null && freeBytes < littleDiskBytes;
  const isFull = usedBytes !== null && limitBytes !== null && usedBytes > 0.95 * limitBytes;
  const level = isLittle ? 'problem' : isFull || freeBytes === null ? 'note' : 'good';
  return { code: 'disk', level, freeBytes, usedBytes, limitBytes };
}

export function memoryFinding(hostingBytes: number | null): FindingOf<'memory'> {
  return {
    code: 'memory',
    level: 'good',
    totalBytes: totalmem(),
    freeBytes: freemem(),
    usableBytes: usableMemoryBytes(),
    hostingBytes,
  };
}

export function versionsFinding(mindmesh: string): Finding {
  return {
    code: 'versions',
    level: 'good',
    mindmesh,
    llama: expectedRelease,
    node: process.versions.node,
    electron: process.versions['electron'] ?? null,
    system: `${type()} ${release()} (${version()})`,
    architecture: arch(),
    processor: cpus()[0]?.model.trim() ?? '',
    cores: availableParallelism(),
  };
}
