/**
 * AMD's and Intel's cards on Linux, from sysfs and from what their drivers report of each process. NVIDIA's cards are
 * listed too, so that one without nvidia-smi is not overlooked.
 */
import type { GpuFacts, Reading } from '../../../src-shared/duty.ts';
import { type Clock, systemClock } from '../../../src-shared/clock.ts';
import { DrmClients, type OwnedClient } from './drm-clients.ts';
import { loadBetween } from './drm-usage.ts';
import {
  type CardCounters,
  type CardLook,
  findLinuxCards,
  type LinuxCard,
  lookAtCard,
  presentCard,
} from './linux-card.ts';
import { type OwnProcesses, RecentGpuPids } from '../own-processes.ts';
import { known, unknown } from '../reading.ts';

export type LinuxCardsOptions = {
  readonly own: () => OwnProcesses;
  /** Names by PCI address, as far as they are known. */
  readonly names: () => ReadonlyMap<string, string>;
  readonly sysRoot?: string;
  readonly procRoot?: string;
  readonly clock?: Clock;
};

type Look = {
  readonly at: number;
  readonly counters: ReadonlyMap<string, CardCounters>;
  readonly clients: readonly OwnedClient[];
};

/** Cards come and go only with a dock or a virtual machine, so they are looked up this seldom, in milliseconds. */
const findEveryMs = 30_000;

const vendorNames = { nvidia: 'NVIDIA', amd: 'AMD', intel: 'Intel' } as const;

export class LinuxCards {
  readonly #options: LinuxCardsOptions;
  readonly #sysRoot: string;
  readonly #clock: Clock;
  readonly #ours: RecentGpuPids;
  readonly #clients: DrmClients;
  #before: Look | undefined;
  #found: { readonly cards: readonly LinuxCard[]; readonly at: number } | undefined;

  constructor(options: LinuxCardsOptions) {
    this.#options = options;
    this.#sysRoot = options.sysRoot ?? '/sys';
    this.#clock = options.clock ?? systemClock;
    this.#ours = new RecentGpuPids(options.own, this.#clock);
    this.#clients = new DrmClients(options.procRoot ?? '/proc');
  }

  async #find(): Promise<readonly LinuxCard[] | undefined> {
    const now = this.#clock.now();
    if (this.#found === undefined || now - this.#found.at > findEveryMs) {
      const cards = await findLinuxCards(this.#sysRoot);
      this.#found = cards === undefined ? undefined : { cards, at: now };
    }
    return this.#found?.cards;
  }

  /** A load needs two readings, so the first reading leaves it unknown where the driver has only counters. */
  async read(): Promise<Reading<readonly GpuFacts[]>> {
    const cards = await this.#find();
    if (cards === undefined) {
      return unknown({ code: 'untold', fact: 'cards' });
    }
    const ours = this.#ours.pids;
    const needsClients =
      cards.some(({ vendor }) => vendor === 'intel') ||
      (ours.size > 0 && cards.some(({ vendor }) => vendor === 'amd'));
    const clients = needsClients ? await this.#clients.scan(ours) : [];
    const looks = new Map<LinuxCard, CardLook>();
    for (const card of cards) {
      if (card.vendor !== 'nvidia') {
        looks.set(card, await lookAtCard(card));
      }
    }
    const now: Look = {
      at: this.#clock.now(),
      counters: new Map([...looks].map(([{ pciAddress }, { counters }]) => [pciAddress, counters])),
      clients,
    };
    const facts = cards.map((card) => {
      const look = looks.get(card);
      const name =
        this.#options.names().get(card.pciAddress) ??
        `${vendorNames[card.vendor]} graphics card ${card.deviceId}`;
      return look === undefined
        ? presentCard(card, name, { code: 'untold', fact: 'nvidia-without-tool' })
        : describe({ card, name, look, ours, before: this.#before, now });
    });
    this.#before = now;
    return known(facts);
  }
}

type Scene = {
  readonly card: LinuxCard;
  readonly name: string;
  readonly look: CardLook;
  readonly ours: ReadonlySet<number>;
  readonly before: Look | undefined;
  readonly now: Look;
};

function describe(scene: Scene): GpuFacts {
  const { card, name, look, ours } = scene;
  const utilisation = utilisationOf(scene);
  const mine = scene.now.clients.filter(
    ({ pid, client }) => client.pciAddress === card.pciAddress && ours.has(pid),
  );
  const noMemory = unknown(
    look.isIntegrated
      ? { code: 'untold', fact: 'shared-memory' }
      : { code: 'untold', fact: 'card-memory' },
  );
  return {
    id: card.pciAddress,
    pciAddress: card.pciAddress,
    name,
    ...(card.driver === undefined ? {} : { driver: card.driver }),
    vendor: card.vendor,
    isIntegrated: look.isIntegrated,
    utilisation,
    othersUtilisation:
      ours.size === 0 ? loadOfOthers(scene, utilisation) : loadBesideOurs(scene, utilisation),
    memoryBytes: look.memoryBytes === undefined ? noMemory : known(look.memoryBytes),
    othersMemoryBytes:
      look.usedMemoryBytes === undefined
        ? noMemory
        : memoryOfOthers(look.usedMemoryBytes, ours, mine),
    temperatureCelsius: look.temperatureCelsius,
    powerWatts: powerOf(scene),
    fanShare: look.fanShare,
  };
}

/** An old kernel does not tell how much of the used memory is ours. */
function memoryOfOthers(
  usedBytes: number,
  ours: ReadonlySet<number>,
  mine: readonly OwnedClient[],
): Reading<number> {
  if (ours.size > 0 && mine.length === 0) {
    return unknown({ code: 'untold', fact: 'card-process-memory' });
  }
  const ownBytes = mine.reduce((sum, { client }) => sum + client.videoMemoryBytes, 0);
  return known(Math.max(0, usedBytes - ownBytes));
}

/** A card that is awake need not be busy: a desktop alone wakes it up for every frame. */
const idleAwakeShare = 0.2;
const busyAwakeShare = 0.9;

/**
 * The load of other programs. Where the driver only tells how long the card was awake, that is the most it can have
 * worked.
 */
function loadOfOthers({ card, look, now }: Scene, utilisation: Reading<number>): Reading<number> {
  const isAwakeShare =
    look.utilisation === undefined &&
    !now.clients.some(({ client }) => client.pciAddress === card.pciAddress);
  return isAwakeShare &&
    utilisation.isKnown &&
    utilisation.value > idleAwakeShare &&
    utilisation.value < busyAwakeShare
    ? unknown({ code: 'untold', fact: 'card-awake-only' })
    : utilisation;
}

/**
 * The load of other programs while engines of ours run. A kernel that lists no client does not tell whose the load is; the
 * load of the whole card is the most that others put on it.
 */
function loadBesideOurs(scene: Scene, utilisation: Reading<number>): Reading<number> {
  const { card, ours, now } = scene;
  if (now.clients.some(({ client }) => client.pciAddress === card.pciAddress)) {
    return clientLoad(scene, (pid) => !ours.has(pid));
  }
  return utilisation.isKnown && utilisation.value <= idleAwakeShare
    ? utilisation
    : unknown({ code: 'untold', fact: 'card-process-load' });
}

/** The load by the driver, else by its clients, else the time that the card was awake, which is at least as much. */
function utilisationOf(scene: Scene): Reading<number> {
  const { card, look, before, now } = scene;
  if (look.utilisation !== undefined) {
    return known(look.utilisation);
  }
  const hasClients = now.clients.some(({ client }) => client.pciAddress === card.pciAddress);
  const then = before?.counters.get(card.pciAddress)?.asleepMs;
  const { asleepMs } = look.counters;
  if (hasClients || before === undefined || then === undefined || asleepMs === undefined) {
    return hasClients
      ? clientLoad(scene, () => true)
      : unknown({ code: 'untold', fact: 'card-load' });
  }
  const awakeShare = 1 - (asleepMs - then) / (now.at - before.at);
  return known(Math.min(1, Math.max(0, awakeShare)));
}

function clientLoad(
  { card, before, now }: Scene,
  isCounted: (pid: number) => boolean,
): Reading<number> {
  if (before === undefined) {
    return unknown({ code: 'untold', fact: 'card-first-look' });
  }
  const [earlier, later] = [before, now].map(({ clients }) =>
    clients.flatMap(({ pid, client }) =>
      client.pciAddress === card.pciAddress && isCounted(pid) ? [client] : [],
    ),
  );
  return known(loadBetween(earlier ?? [], later ?? [], now.at - before.at));
}

function powerOf({ card, look, before, now }: Scene): Reading<number> {
  const energyBefore = before?.counters.get(card.pciAddress)?.energy;
  const { energy } = look.counters;
  if (look.powerWatts !== undefined) {
    return known(look.powerWatts);
  }
  return before === undefined || energyBefore === undefined || energy === undefined
    ? unknown({ code: 'untold', fact: 'card-power' })
    : known(Math.max(0, (energy - energyBefore) / ((now.at - before.at) * 1000)));
}
