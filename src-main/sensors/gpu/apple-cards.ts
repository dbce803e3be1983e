/** Apple's graphics cards, from the output of `ioreg -r -w 0 -c IOAccelerator -l`. */
import type { Clock } from '../../../src-shared/clock.ts';
import type { GpuFacts, Reading } from '../../../src-shared/duty.ts';
import type { RecentGpuPids } from '../own-processes.ts';
import { known, parseNumber, unknown } from '../reading.ts';

/** How long each process has computed on one card, in nanoseconds. */
type ComputedNs = ReadonlyMap<number, number>;

type Look = {
  readonly at: number;
  /** By the card's id; only cards whose driver reports it. */
  readonly computed: ReadonlyMap<string, ComputedNs>;
};

/** No Mac has more accelerators. */
const mostCards = 16;

export class AppleCards {
  readonly #ours: RecentGpuPids;
  readonly #clock: Clock;
  #before: Look | undefined;

  constructor(ours: RecentGpuPids, clock: Clock) {
    this.#ours = ours;
    this.#clock = clock;
  }

  /**
   * Each accelerator is a block that starts with "+-o", and so is each process that uses it, further to the right. The
   * accelerator itself has only the load of the whole card, which is that of other programs while no engine of ours runs.
   * Otherwise the load is what other processes computed since the look before.
   */
  read(text: string): Reading<readonly GpuFacts[]> {
    const ours = this.#ours.pids;
    const blocks = text
      .split(/^\+-o /m)
      .slice(1, mostCards + 1)
      .map((block, index) => readBlock(block, index));
    const now: Look = {
      at: this.#clock.now(),
      computed: new Map(
        blocks.flatMap(({ card, computed }) =>
          computed === undefined ? [] : [[card.id, computed] as const],
        ),
      ),
    };
    const before = this.#before;
    this.#before = now;
    if (blocks.length === 0) {
      return unknown({ code: 'untold', fact: 'cards-mac' });
    }
    return known(
      blocks.map(({ card }) =>
        ours.size === 0
          ? card
          : { ...card, othersUtilisation: loadOfOthers(card.id, before, now, ours) },
      ),
    );
  }
}

type Block = { readonly card: GpuFacts; readonly computed: ComputedNs | undefined };

function readBlock(block: string, index: number): Block {
  const [own = '', ...clients] = block.split(/^[ |]+\+-o /m);
  return { card: describe(own, index), computed: computedBy(clients) };
}

/** undefined where the driver does not report it; a process may use a card in several ways, which add up. */
function computedBy(clients: readonly string[]): ComputedNs | undefined {
  const computed = new Map<number, number>();
  let isTold = false;
  for (const client of clients) {
    const pid = parseNumber(/"IOUserClientCreator" = "pid (\d{1,10})\b/.exec(client)?.[1] ?? '');
    const times = [...client.matchAll(/"accumulatedGPUTime" ?= ?(\d{1,18})\b/g)];
    if (pid !== undefined) {
      const sum = times.reduce((total, [, ns]) => total + Number(ns), computed.get(pid) ?? 0);
      computed.set(pid, sum);
      isTold ||= times.length > 0;
    }
  }
  return isTold ? computed : undefined;
}

/** A process that was not there at the look before has computed all of its time since. */
function loadOfOthers(
  id: string,
  before: Look | undefined,
  now: Look,
  ours: ReadonlySet<number>,
): Reading<number> {
  const computed = now.computed.get(id);
  if (computed === undefined) {
    return unknown({ code: 'untold', fact: 'process-load-mac' });
  }
  const earlier = before?.computed.get(id);
  const elapsedNs = (now.at - (before?.at ?? now.at)) * 1e6;
  if (earlier === undefined || elapsedNs <= 0) {
    return unknown({ code: 'untold', fact: 'card-first-look' });
  }
  const othersNs = [...computed]
    .filter(([pid]) => !ours.has(pid))
    .reduce((sum, [pid, ns]) => sum + Math.max(0, ns - (earlier.get(pid) ?? 0)), 0);
  return known(Math.min(1, othersNs / elapsedNs));
}

function describe(own: string, index: number): GpuFacts {
  const untold = unknown({ code: 'untold', fact: 'card-mac' });
  const percent = parseNumber(/"Device Utilization %"=(\d{1,3})\b/.exec(own)?.[1] ?? '');
  const utilisation = percent === undefined ? untold : known(Math.min(100, percent) / 100);
  const model = /"model" = (?:"|<")([^">\n]{1,100})/.exec(own)?.[1];
  const name = model ?? /^(\w{1,60})/.exec(own)?.[1] ?? 'Graphics';
  return {
    id: `${name} ${index}`,
    name,
    driver: { name: 'macOS', version: null },
    vendor: /^AMD|^Intel/.test(name) ? (name.startsWith('AMD') ? 'amd' : 'intel') : 'apple',
    isIntegrated: !name.startsWith('AMD'),
    utilisation,
    othersUtilisation: utilisation,
    memoryBytes: untold,
    othersMemoryBytes: untold,
    temperatureCelsius: untold,
    powerWatts: untold,
    fanShare: untold,
  };
}
