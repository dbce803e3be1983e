/** The devices that engines may use, and how much of each: what the owner set, of what llama.cpp finds. Pure. */
import type { Compute, UsedDevice } from '../../src-shared/compute.ts';
import type { Facts } from '../../src-shared/duty.ts';
import type { Settings } from '../../src-shared/settings/settings.ts';
import { computingCards, type ComputingCard } from '../duty/computing-cards.ts';
import { sane } from '../duty/duty-input.ts';

/**
 * None where the processor computes. A share of all of a card's memory, whatever other programs take of it now: engines are
 * not loaded anew whenever that changes.
 *
 * @param sharedBytes what integrated devices may take together of the computer's memory
 */
export function usedDevices(
  compute: Compute,
  gpus: Facts['gpus'],
  settings: Pick<Settings, 'cards' | 'videoMemoryPercent'>,
  sharedBytes: number,
): UsedDevice[] {
  const cards = computingCards(gpus.isKnown ? gpus.value : [], settings, {
    backend: null,
    compute,
  });
  return cards.flatMap((card) =>
    card.device === undefined
      ? []
      : {
          id: card.device.id,
          memoryBytes: allowedBytes(card, settings.videoMemoryPercent, sharedBytes),
          largestBufferBytes: card.device.largestBufferBytes,
        },
  );
}

function allowedBytes(card: ComputingCard, percent: number, sharedBytes: number): number | null {
  const memoryBytes = sane(card.memoryBytes);
  const own = memoryBytes.isKnown ? Math.floor((memoryBytes.value * percent) / 100) : null;
  return card.isIntegrated ? Math.min(own ?? Infinity, sharedBytes) : own;
}
