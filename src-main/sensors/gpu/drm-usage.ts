/**
 * Parses what Linux's drivers of AMD's and Intel's cards report in /proc/PID/fdinfo about one use of a card, and
 * turns two readings into a load. The format is described in the kernel's Documentation/gpu/drm-usage-stats.rst.
 */
import { parsePciAddress } from './pci-address.ts';

/** How long an engine worked, in units of its own; `total` is how much an engine that is never idle would add. */
type EngineUse = { readonly busy: number; readonly total: number };

export type DrmClient = {
  readonly pciAddress: string;
  /** The same for every copy of one file descriptor. */
  readonly clientId: string;
  /** `total` is 0 where the engine counts nanoseconds: the elapsed time is then the whole. */
  readonly engines: ReadonlyMap<string, EngineUse>;
  readonly capacities: ReadonlyMap<string, number>;
  readonly videoMemoryBytes: number;
};

const units: Readonly<Record<string, number>> = {
  '': 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};
const maxKeys = 200;

/** @returns undefined when the text tells of no card. */
export function parseDrmClient(text: string): DrmClient | undefined {
  const keys = new Map<string, string>();
  for (const line of text.split('\n').slice(0, maxKeys)) {
    const colon = line.indexOf(':');
    if (line.startsWith('drm-') && colon > 0) {
      keys.set(line.slice('drm-'.length, colon), line.slice(colon + 1).trim());
    }
  }
  const pciAddress = parsePciAddress(keys.get('pdev') ?? '');
  const clientId = keys.get('client-id');
  if (pciAddress === null || clientId === undefined) {
    return undefined;
  }
  const engines = new Map<string, EngineUse>();
  const capacities = new Map<string, number>();
  for (const [key, value] of keys) {
    const amount = Number.parseInt(value, 10);
    if (!Number.isFinite(amount) || amount < 0) {
      continue;
    }
    if (key.startsWith('engine-capacity-')) {
      capacities.set(key.slice('engine-capacity-'.length), Math.max(1, amount));
    } else if (key.startsWith('engine-')) {
      engines.set(key.slice('engine-'.length), { busy: amount, total: 0 });
    } else if (key.startsWith('cycles-')) {
      const name = key.slice('cycles-'.length);
      const total = Number.parseInt(keys.get(`total-cycles-${name}`) ?? '', 10);
      if (total > 0) {
        engines.set(name, { busy: amount, total });
      }
    }
  }
  return { pciAddress, clientId, engines, capacities, videoMemoryBytes: videoMemory(keys) };
}

/** Each driver has one or two of these keys; the newest one counts. */
function videoMemory(keys: ReadonlyMap<string, string>): number {
  for (const kind of ['resident', 'total', 'memory']) {
    const regions = [...keys].filter(([key]) => new RegExp(`^${kind}-(vram|local)\\d*$`).test(key));
    if (regions.length > 0) {
      return regions.reduce((sum, [, value]) => sum + parseBytes(value), 0);
    }
  }
  return 0;
}

function parseBytes(text: string): number {
  const match = /^(\d{1,15})\s*(KiB|MiB|GiB)?$/.exec(text);
  return match === null ? 0 : Number(match[1]) * (units[match[2] ?? ''] ?? 1);
}

/**
 * The load that clients put on a card between two readings: that of its busiest engine, from 0 to 1.
 *
 * @param elapsedMs time between the readings; a client that is missing in the first one counts from the next one on
 */
export function loadBetween(
  before: readonly DrmClient[],
  after: readonly DrmClient[],
  elapsedMs: number,
): number {
  const earlier = new Map(before.map((client) => [client.clientId, client]));
  const loads = new Map<string, number>();
  for (const client of after) {
    for (const [name, now] of client.engines) {
      const then = earlier.get(client.clientId)?.engines.get(name);
      const whole = now.total === 0 ? elapsedMs * 1e6 : now.total - (then?.total ?? 0);
      if (then !== undefined && whole > 0) {
        const share = (now.busy - then.busy) / whole / (client.capacities.get(name) ?? 1);
        loads.set(name, (loads.get(name) ?? 0) + Math.max(0, share));
      }
    }
  }
  return Math.min(1, Math.max(0, ...loads.values()));
}
