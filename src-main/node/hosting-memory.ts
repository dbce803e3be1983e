/**
 * The devices that hosted layers run on, and how much memory they may take: of the graphics cards where they run on those,
 * else of the computer. Both are known once an engine has looked, and guessed from the sensors' cards before.
 */
import { totalmem } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import type { Compute, UsedDevice } from '../../src-shared/compute.ts';
import type { Facts } from '../../src-shared/duty.ts';
import type { ShardStatus } from '../../src-shared/api/node-status.ts';
import type { Settings } from '../../src-shared/settings/settings.ts';
import { computingCards } from '../duty/computing-cards.ts';
import { sane } from '../duty/duty-input.ts';
import { usedDevices } from './used-devices.ts';

/** Bytes for the node itself, and for what an engine takes beside weights, caches and buffers. */
const otherBytes = 512e6;

/**
 * All the memory that this process may use, in bytes: the computer's, or less in a container.
 *
 * @param limitBytes of the container; 0, or more than the computer has, where there is no limit
 */
export function usableMemoryBytes(
  totalBytes = totalmem(),
  limitBytes = process.constrainedMemory(),
): number {
  return limitBytes > 0 ? Math.min(totalBytes, limitBytes) : totalBytes;
}

const notRead = { isKnown: false, reason: { code: 'untold', fact: 'not-watched' } } as const;

export class HostingMemory {
  readonly #computerBytes: number;
  /** Memory of the cards that may be used; undefined while it is not known, and where no card tells it. */
  #cardBytes: number | undefined;
  /** Backend of the newest load; null before the first load. */
  #backend: string | null = null;
  #devices: readonly UsedDevice[] | null = null;

  /** @param computerBytes all of the computer's memory that may be used */
  constructor(computerBytes: number) {
    this.#computerBytes = computerBytes;
  }

  /** What all engines together can have of the computer's memory, in bytes, whatever the owner allows. */
  get mostBytes(): number {
    return Math.max(0, this.#computerBytes - otherBytes);
  }

  /** Takes in new facts. @returns whether the memory for hosted layers has changed */
  refresh(
    gpus: Facts['gpus'] | undefined,
    {
      shards,
      compute,
    }: { shards: readonly Pick<ShardStatus, 'backend'>[]; compute: Compute | null },
    settings: Settings,
  ): boolean {
    const before = [this.bytes(settings), this.#devices];
    if (compute !== null) {
      const shared = Math.max(0, this.#computerBytes / 2 - otherBytes);
      this.#devices = usedDevices(compute, gpus ?? notRead, settings, Math.floor(shared));
    }
    const loaded = shards.filter(({ backend }) => backend !== null);
    if (loaded.length > 0) {
      this.#backend = loaded.find((shard) => shard.backend !== 'cpu')?.backend ?? 'cpu';
    }
    if (gpus?.isKnown === true) {
      const cards = computingCards(gpus.value, settings, {
        backend: this.#backend,
        compute,
      }).map(({ memoryBytes }) => sane(memoryBytes));
      const known = cards.flatMap((reading) => (reading.isKnown ? [reading.value] : []));
      // A card that does not tell its memory now may have told it before, and a card's memory does not change.
      if (known.length === cards.length) {
        this.#cardBytes =
          cards.length === 0 ? undefined : known.reduce((sum, bytes) => sum + bytes);
      }
    }
    return !isDeepStrictEqual([this.bytes(settings), this.#devices], before);
  }

  /** Bytes for the weights, caches and buffers of all hosted layers together: the owner's share of what there is. */
  bytes({
    hostingMemoryGigabytes: set,
    videoMemoryPercent,
    backend,
  }: Pick<Settings, 'hostingMemoryGigabytes' | 'videoMemoryPercent' | 'backend'>): number {
    const ofDevices = this.#ofDevices();
    if (ofDevices !== undefined && backend !== 'cpu') {
      return Math.floor(Math.min(ofDevices, set === null ? Infinity : set * 1e9));
    }
    if (this.#cardBytes !== undefined && this.#backend !== 'cpu' && backend !== 'cpu') {
      const allowed = (this.#cardBytes * videoMemoryPercent) / 100;
      return Math.floor(Math.min(allowed, set === null ? Infinity : set * 1e9));
    }
    const usable = set === null ? this.#computerBytes / 2 - otherBytes : set * 1e9;
    return Math.max(0, Math.floor(usable));
  }
  /** The devices that engines may use; null before an engine has looked. */
  get devices(): readonly UsedDevice[] | null {
    return this.#devices;
  }

  /** Undefined without devices, and where one has no known memory. */
  #ofDevices(): number | undefined {
    const each = (this.#devices ?? []).map(({ memoryBytes }) => memoryBytes);
    return each.length === 0 || each.includes(null)
      ? undefined
      : each.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0);
  }
}
