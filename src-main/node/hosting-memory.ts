/**
 * How much memory hosted layers may take: of the graphics cards where they run on those, else of the computer. What a
 * card has is known when it is first read, and whether the layers run on it when the first ones are loaded.
 */
import { totalmem } from 'node:os';
import type { Facts } from '../../src-shared/duty.ts';
import type { ShardStatus } from '../../src-shared/api/node-status.ts';
import type { Settings } from '../../src-shared/settings/settings.ts';
import { computingCards, sane } from '../duty/duty-input.ts';

/** What the node takes itself, and an engine beside weights, caches and buffers. */
const otherBytes = 512e6;

/**
 * All the memory that this process may use, in bytes: the computer's, or less in a container.
 *
 * @param limitBytes what the container allows; 0, or more than there is, where nothing does
 */
export function usableMemoryBytes(
  totalBytes = totalmem(),
  limitBytes = process.constrainedMemory(),
): number {
  return limitBytes > 0 ? Math.min(totalBytes, limitBytes) : totalBytes;
}

export class HostingMemory {
  readonly #computerBytes: number;
  /** Of the cards that may be used; undefined while that is not known, and where there are none that tell. */
  #cardBytes: number | undefined;
  /** What the layers were last loaded for; null before a first load has told. */
  #backend: string | null = null;

  /** @param computerBytes all of the computer's memory that may be used */
  constructor(computerBytes: number) {
    this.#computerBytes = computerBytes;
  }

  /** Takes in what is known now; whether that changes what hosted layers may take. */
  refresh(
    gpus: Facts['gpus'] | undefined,
    shards: readonly Pick<ShardStatus, 'backend'>[],
    settings: Settings,
  ): boolean {
    const before = this.bytes(settings);
    const loaded = shards.filter(({ backend }) => backend !== null);
    if (loaded.length > 0) {
      this.#backend = loaded.find((shard) => shard.backend !== 'cpu')?.backend ?? 'cpu';
    }
    if (gpus?.isKnown === true) {
      const cards = computingCards(gpus.value, settings, this.#backend).map(({ memoryBytes }) =>
        sane(memoryBytes),
      );
      const known = cards.flatMap((reading) => (reading.isKnown ? [reading.value] : []));
      // A card that does not tell now may have told before: what it has does not change.
      if (known.length === cards.length) {
        this.#cardBytes =
          cards.length === 0 ? undefined : known.reduce((sum, bytes) => sum + bytes);
      }
    }
    return this.bytes(settings) !== before;
  }

  /** Weights, caches and buffers of all hosted layers together, in bytes: what the owner allows of what is there. */
  bytes({
    hostingMemoryGigabytes: set,
    videoMemoryPercent,
    backend,
  }: Pick<Settings, 'hostingMemoryGigabytes' | 'videoMemoryPercent' | 'backend'>): number {
    if (this.#cardBytes !== undefined && this.#backend !== 'cpu' && backend !== 'cpu') {
      const allowed = (this.#cardBytes * videoMemoryPercent) / 100;
      return Math.floor(Math.min(allowed, set === null ? Infinity : set * 1e9));
    }
    const usable = set === null ? this.#computerBytes / 2 - otherBytes : set * 1e9;
    return Math.max(0, Math.floor(usable));
  }
}
