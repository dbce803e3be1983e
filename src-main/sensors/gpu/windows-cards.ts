/** Computes the facts of cards from Windows' performance counters, as its task manager does. Pure. */
import type { GpuFacts, Reading } from '../../../src-shared/duty.ts';
import { known, mapReading, unknown } from '../reading.ts';
import type {
  WindowsAdapter,
  WindowsCounter,
  WindowsLoad,
  WindowsSections,
} from '../windows/records.ts';

const vendors: Readonly<Record<number, GpuFacts['vendor']>> = {
  0x10de: 'nvidia',
  0x1002: 'amd',
  0x8086: 'intel',
};

/** A card with less memory of its own does not compute; firmware may reserve less for an integrated one. */
const carveOutBytes = 1024 ** 3;

export function windowsCards(
  { adapters, drivers, load }: Pick<WindowsSections, 'adapters' | 'drivers' | 'load'>,
  ours: ReadonlySet<number>,
): Reading<readonly GpuFacts[]> {
  return mapReading(adapters, (found) =>
    computing(found).map((card) => ({
      ...describe(card, load, ours),
      ...driverOf(card, drivers),
    })),
  );
}

/** Cards of makers whose cards can compute; Windows also lists its software renderer. */
function computing(adapters: readonly WindowsAdapter[]): readonly WindowsAdapter[] {
  const byLuid = new Map<string, WindowsAdapter>();
  for (const adapter of adapters) {
    if (vendors[adapter.vendorId] !== undefined) {
      byLuid.set(adapter.luid, adapter);
    }
  }
  return [...byLuid.values()];
}

const makers = { nvidia: 'NVIDIA', amd: 'AMD', intel: 'Intel', apple: 'Apple', other: '' } as const;

/** By the card's name, the only one that both lists have; equal cards have one driver. */
function driverOf(
  { name, vendorId }: WindowsAdapter,
  drivers: WindowsSections['drivers'],
): Pick<GpuFacts, 'driver'> {
  const version = drivers.isKnown
    ? drivers.value.find((driver) => driver.card === name)?.version
    : undefined;
  return version === undefined
    ? {}
    : { driver: { name: makers[vendors[vendorId] ?? 'other'], version } };
}

function describe(
  adapter: WindowsAdapter,
  load: Reading<WindowsLoad>,
  ours: ReadonlySet<number>,
): GpuFacts {
  const untold = unknown({ code: 'untold', fact: 'card-windows' });
  const vendor = vendors[adapter.vendorId] ?? 'other';
  const isIntegrated = vendor !== 'nvidia' && adapter.dedicatedBytes <= carveOutBytes;
  const shared = unknown({ code: 'untold', fact: 'shared-memory' });
  const isHere = ({ luid }: WindowsCounter): boolean => luid === adapter.luid;
  const isForeign = (counter: WindowsCounter): boolean => isHere(counter) && !ours.has(counter.pid);
  return {
    id: adapter.luid,
    name: adapter.name === '' ? 'Graphics card' : adapter.name,
    vendor,
    isIntegrated,
    utilisation: mapReading(load, ({ engines }) => busiestEngine(engines.filter(isHere))),
    othersUtilisation: mapReading(load, ({ engines }) => busiestEngine(engines.filter(isForeign))),
    memoryBytes: isIntegrated
      ? shared
      : adapter.dedicatedBytes > 0
        ? known(adapter.dedicatedBytes)
        : untold,
    othersMemoryBytes: isIntegrated
      ? shared
      : mapReading(load, ({ memory }) =>
          memory.filter(isForeign).reduce((sum, { value }) => sum + value, 0),
        ),
    temperatureCelsius: untold,
    powerWatts: untold,
    fanShare: untold,
  };
}

/** The load of a card is that of its busiest engine, added up over all processes, from 0 to 1. */
function busiestEngine(counters: readonly WindowsCounter[]): number {
  const engines = new Map<string, number>();
  for (const { engine, value } of counters) {
    if (engine !== null) {
      engines.set(engine, (engines.get(engine) ?? 0) + value);
    }
  }
  return Math.min(1, Math.max(0, ...engines.values()) / 100);
}
