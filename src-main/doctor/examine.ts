/** Examines this machine: what the host knows already, what a look at ports and disk tells, and a benchmark if wanted. */
import type { Examination } from '../../src-shared/api/doctor.ts';
import type { Finding } from '../../src-shared/doctor/finding.ts';
import { graphicsFindings } from './graphics-findings.ts';
import type { Known } from './known.ts';
import { diskFinding, freeDiskBytes, memoryFinding, versionsFinding } from './machine-findings.ts';
import { modelFindings } from './model-findings.ts';
import { networkFindings, type Port } from './network-findings.ts';
import { isPortOpen } from './port-check.ts';
import { ownNames } from './redact-report.ts';
import { reportText } from './report.ts';
import { workFindings } from './work-findings.ts';

export type ExamineOptions = {
  readonly known: () => Known;
  /** Where browsers get the window; null where they do not. */
  readonly windowPort: number | null;
  /** What models take of the disk; null where the node cannot tell. */
  readonly usedDiskBytes: () => Promise<number | null>;
  /** Resolves with what it found; null: none is wanted. */
  readonly benchmark: (() => Promise<Finding>) | null;
};

export async function examine(options: ExamineOptions): Promise<Examination> {
  // What a benchmark loads is part of what the rest tells.
  const speed = options.benchmark === null ? [] : [await options.benchmark()];
  const { app, node, settings } = options.known();
  const [api, window, freeBytes, usedBytes] = await Promise.all([
    portOf(node === null ? null : node.gatewayPort),
    portOf(options.windowPort),
    freeDiskBytes(app.dataFolder),
    options.usedDiskBytes(),
  ]);
  const known = options.known();
  const { diskLimitGigabytes } = settings;
  const limitBytes = diskLimitGigabytes === null ? null : diskLimitGigabytes * 1e9;
  const findings: Finding[] = [
    ...workFindings(known),
    ...(app.consent === 'needed' ? [] : graphicsFindings(known)),
    ...modelFindings(known),
    ...speed,
    ...networkFindings(known, { api, window }),
    diskFinding(freeBytes, { usedBytes, limitBytes }),
    memoryFinding(app.hostingMemoryBytes ?? null),
    { code: 'data-folder', level: 'good', path: app.dataFolder },
    versionsFinding(app.version),
  ];
  return { findings, report: reportText(findings, ownNames(app.dataFolder)) };
}

/** What can be told of a folder in which no host runs. */
export async function examineWithoutHost(folder: string, version: string): Promise<Examination> {
  const findings: Finding[] = [
    { code: 'not-running', level: 'problem' },
    diskFinding(await freeDiskBytes(folder), { usedBytes: null, limitBytes: null }),
    memoryFinding(null),
    { code: 'data-folder', level: 'good', path: folder },
    versionsFinding(version),
  ];
  return { findings, report: reportText(findings, ownNames(folder)) };
}

async function portOf(port: number | null): Promise<Port> {
  return port === null ? null : { port, isOpen: await isPortOpen(port) };
}
