/**
 * The computer's memory: what the hosted layers take of it, on the processor and as a part of its graphics, and whether other
 * programs need it. Pure.
 */
import type { ShardStatus } from '../../src-shared/api/node-status.ts';
import type { Facts } from '../../src-shared/duty.ts';
import type { Preferences } from '../../src-shared/settings/preferences.ts';
import { type ComputeKnowledge, computingCards } from './computing-cards.ts';
import type { DutyInput } from './duty-input.ts';
import { quiet, type Signs, stands, unclear, untold } from './signs.ts';

/** Engines that take less than this share of the memory are no help to others when they end. */
const leastShare = 0.01;
/** A pause ends only when this much more than the owner's share is free, so that it does not begin again with the next load. */
const returnShare = 0.05;

type Shard = Pick<ShardStatus, 'backend' | 'memoryBytes' | 'deviceBytes'> & {
  readonly expectedMemoryBytes?: number | undefined;
  readonly expectedDeviceBytes?: number | undefined;
};

/** Whether the memory of the graphics devices is the computer's, as on all chips of Apple. */
export function sharesMemory(
  gpus: Facts['gpus'],
  preferences: Pick<Preferences, 'cards'>,
  knowledge: ComputeKnowledge,
): boolean {
  const cards = computingCards(gpus.isKnown ? gpus.value : [], preferences, knowledge);
  return (
    knowledge.backend === 'metal' ||
    (cards.length > 0 && cards.every(({ isIntegrated }) => isIntegrated))
  );
}

/**
 * Bytes of the computer's memory: measured where layers are loaded, else expected.
 * @param before the last result, which stays where the node does not tell
 */
export function mainMemoryNeeded(
  shards: readonly Shard[],
  before: number,
  isShared: boolean,
): number {
  const needs = shards.map((shard) => {
    const isLoaded = shard.backend !== null;
    const whole = isLoaded ? shard.memoryBytes : shard.expectedMemoryBytes;
    const onDevices = (isLoaded ? shard.deviceBytes : shard.expectedDeviceBytes) ?? 0;
    return whole === undefined ? undefined : Math.max(0, whole - (isShared ? 0 : onDevices));
  });
  return needs.length === 0 || needs.includes(undefined)
    ? before
    : needs.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0);
}

/**
 * While engines run, what is free; while none does, what would be left free beside them. So a machine whose own models leave too
 * little does not load them again and again.
 */
export function memorySigns({ facts, work, preferences }: DutyInput): Signs {
  const { pauseOnFreeMemoryPercent: percent } = preferences;
  if (percent === null) {
    return 'off';
  }
  if (!facts.memory.isKnown) {
    return [untold()];
  }
  const { totalBytes, availableBytes } = facts.memory.value;
  if (work.mainMemoryNeededBytes < leastShare * totalBytes) {
    return 'off';
  }
  const isLoaded = work.engines !== 'stopped';
  const left = availableBytes - (isLoaded ? 0 : work.mainMemoryNeededBytes);
  if (left < (totalBytes * percent) / 100) {
    return [stands({ code: 'memory-needed', percent })];
  }
  return [left < totalBytes * (percent / 100 + returnShare) ? unclear('') : quiet()];
}
