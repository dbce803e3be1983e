/** The devices that engines may use, which first, and how much of each: what the owner set, of what llama.cpp finds. Pure. */
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
  settings: Pick<Settings, 'cards' | 'cardOrder' | 'videoMemoryPercent'>,
  sharedBytes: number,
): UsedDevice[] {
  const cards = computingCards(gpus.isKnown ? gpus.value : [], settings, {
    backend: null,
    compute,
  });
  return inOrder(cards, settings.cardOrder).flatMap((card) =>
    card.device === undefined
      ? []
      : {
          id: card.device.id,
          // Metal calls no device integrated, though all have the computer's memory.
          sharesMemory: card.isIntegrated || compute.backend === 'metal',
          memoryBytes: allowedBytes(card, settings.videoMemoryPercent, sharedBytes),
          largestBufferBytes: card.device.largestBufferBytes,
        },
  );
}

/**
 * In the owner's order, then cards before integrated ones, the largest first: engines fill the first one before the next. Cards
 * that are equal in this stay in llama.cpp's order.
 */
function inOrder(cards: readonly ComputingCard[], order: readonly string[]): ComputingCard[] {
  const wanted = order.map((entry) => entry.toLowerCase());
  const rank = ({ id, name, device }: ComputingCard): number => {
    const names = new Set([id, name, device?.id ?? id].map((each) => each.toLowerCase()));
    const place = wanted.findIndex((entry) => names.has(entry));
    return place === -1 ? wanted.length : place;
  };
  return cards.toSorted(
    (one, other) =>
      rank(one) - rank(other) ||
      Number(one.isIntegrated) - Number(other.isIntegrated) ||
      knownBytes(other) - knownBytes(one),
  );
}

function knownBytes(card: ComputingCard): number {
  const memoryBytes = sane(card.memoryBytes);
  return memoryBytes.isKnown ? memoryBytes.value : 0;
}

function allowedBytes(card: ComputingCard, percent: number, sharedBytes: number): number | null {
  const memoryBytes = sane(card.memoryBytes);
  const own = memoryBytes.isKnown ? Math.floor((memoryBytes.value * percent) / 100) : null;
  return card.isIntegrated ? Math.min(own ?? Infinity, sharedBytes) : own;
}
