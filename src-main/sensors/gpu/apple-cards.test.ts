import { expect, it } from 'vitest';
import type { GpuFacts, Reading } from '../../../src-shared/duty.ts';
import { ManualClock } from '../../../test/support/machine/sensor-clock.ts';
import { RecentGpuPids } from '../own-processes.ts';
import { known, unknown } from '../reading.ts';
import { AppleCards } from './apple-cards.ts';

/** From documentation and from programs that read it, not recorded: one accelerator, with the processes that use it. */
function registry(...clients: readonly string[]): string {
  return `+-o AGXAcceleratorG13X  <class AGXAcceleratorG13X, id 0x100000530, registered, matched, active, busy 0 (0 ms), retain 120>
  | {
  |   "model" = "Apple M1 Pro"
  |   "PerformanceStatistics" = {"In use system memory (driver)"=0,"Alloc system memory"=5432238080,"Tiler Utilization %"=11,"recoveryCount"=0,"Renderer Utilization %"=10,"Device Utilization %"=12,"In use system memory"=764641280}
  |   "gpu-core-count" = 16
  | }
${clients.join('')}`;
}

function client(pid: number, name: string, ...computedNs: readonly number[]): string {
  const usage = computedNs.map(
    (ns) => `{"API"="Metal","lastSubmittedTime"=1391024137,"accumulatedGPUTime"=${ns}}`,
  );
  return `  +-o AGXDeviceUserClient  <class AGXDeviceUserClient, id 0x100000ab3, !registered, !matched, active, busy 0, retain 6>
  | {
  |   "IOUserClientCreator" = "pid ${pid}, ${name}"
${usage.length === 0 ? '' : `  |   "AppUsage" = (${usage.join(',')})\n`}  | }
`;
}

const enginePid = 7000;

/** Looks at one registry after the other, ten seconds apart. */
async function looks(
  isOursAtWork: boolean,
  ...texts: readonly string[]
): Promise<Reading<readonly GpuFacts[]>[]> {
  const clock = new ManualClock();
  const gpuPids = new Set(isOursAtWork ? [enginePid] : []);
  const cards = new AppleCards(new RecentGpuPids(() => ({ pids: gpuPids, gpuPids }), clock), clock);
  const readings: Reading<readonly GpuFacts[]>[] = [];
  for (const text of texts) {
    readings.push(cards.read(text));
    await clock.pass(10_000);
  }
  return readings;
}

async function othersLoads(...texts: readonly string[]): Promise<unknown[]> {
  const readings = await looks(true, ...texts);
  return readings.map((cards) => cards.isKnown && cards.value[0]?.othersUtilisation);
}

it('reads the load of Apple’s graphics', async () => {
  const [cards] = await looks(false, registry());
  expect(cards?.isKnown === true && cards.value).toMatchObject([
    {
      name: 'Apple M1 Pro',
      vendor: 'apple',
      utilisation: known(0.12),
      othersUtilisation: known(0.12),
    },
  ]);
});

it('cannot tell others’ load while ours is on the card, where the registry lists no times', async () => {
  const untold = unknown({ code: 'untold', fact: 'process-load-mac' });
  expect(await othersLoads(registry(), registry())).toEqual([untold, untold]);
  const unused = registry(client(533, 'WindowServer'), client(enginePid, 'node'));
  expect(await othersLoads(unused, unused)).toEqual([untold, untold]);
});

it('tells others’ load from two looks, without that of our engine', async () => {
  const then = registry(
    client(533, 'WindowServer', 8e9),
    client(enginePid, 'node', 1e9),
    client(612, 'Blender', 4e9, 1e9),
  );
  const now = registry(
    client(533, 'WindowServer', 8.4e9),
    client(enginePid, 'node', 10e9),
    client(612, 'Blender', 6e9, 1.5e9),
    client(612, 'Blender', 0.5e9),
    client(644, 'Cinebench', 0.6e9),
  );
  expect(await othersLoads(then, now)).toEqual([
    unknown({ code: 'untold', fact: 'card-first-look' }),
    known(0.4),
  ]);
});

it('takes neither an ended process nor more than the whole time for a load', async () => {
  const busy = registry(client(612, 'Blender', 4e9), client(enginePid, 'node', 1e9));
  const gone = registry(client(533, 'WindowServer', 0), client(enginePid, 'node', 2e9));
  const wild = registry(client(533, 'WindowServer', 9e15), client(enginePid, 'node', 3e9));
  expect((await othersLoads(busy, gone, wild)).slice(1)).toEqual([known(0), known(1)]);
});

it('reads what the card tells of itself, and nothing of its processes', async () => {
  const misleading = client(9, '"model" = "X"', 1).replace(
    '"AppUsage"',
    '"model" = "Y"\n"AppUsage"',
  );
  const [cards] = await looks(false, registry(misleading));
  expect(cards?.isKnown === true && cards.value.map(({ name }) => name)).toEqual(['Apple M1 Pro']);
});

it('reads an older Mac’s two cards, and finds none in nonsense', async () => {
  const two = `+-o AMDRadeonX6000_AMDNavi14GraphicsAccelerator  <class X, id 0x1>
    { "PerformanceStatistics" = {"Device Utilization %"=3} }
+-o IntelAccelerator  <class IntelAccelerator, id 0x2>
    { "PerformanceStatistics" = {} }
`;
  const [cards, none] = await looks(false, two, '');
  expect(
    cards?.isKnown === true && cards.value.map(({ vendor, utilisation }) => [vendor, utilisation]),
  ).toEqual([
    ['amd', known(0.03)],
    ['intel', unknown({ code: 'untold', fact: 'card-mac' })],
  ]);
  expect(none).toEqual(unknown({ code: 'untold', fact: 'cards-mac' }));
});
