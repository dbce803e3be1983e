/**
 * How much memory hosted layers may take: of the graphics cards where the layers run on those, else of the computer.
 * The cards' memory is known after the first reading, and the backend after the first load.
 */
import { totalmem } from 'node:os';
import type { Facts } from '../../src-shared/duty.ts';
import type { ShardStatus } from '../../src-shared/api/node-status.ts';
import type { Settings } from '../../src-shared/settings/settings.ts';
import { computingCards, sane } from '../duty/duty-input.ts';

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

export class HostingMemory {
  readonly #computerBytes: number;
  /** Memory of the cards that may be used; undefined while it is not known, and where no card tells it. */
  #cardBytes: number | undefined;
  /** Backend of the newest load; null before the first load. */
  #backend: string | null = null;

  /** @param computerBytes all of the computer's memory that may be used */
  constructor(computerBytes: number) {
    this.#computerBytes = computerBytes;
  }

  /** Takes in new facts. @returns whether the memory for hosted layers has changed */
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
      // A card that does not tell its memory now may have told it before, and a card's memory does not change.
      if (known.length === cards.length) {
        this.#cardBytes =
          cards.length === 0 ? undefined : known.reduce((sum, bytes) => sum + bytes);
      }
    }
    return this.bytes(settings) !== before;
  }

  /** Bytes for the weights, caches and buffers of all hosted layers together: the owner's share of what there is. */
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
