/** What is taken for known of a machine before all was read once, and where nothing is watched at all. */
import type { Facts } from '../../src-shared/duty.ts';

/**
 * Whether everything was read that says whether the machine is free. Before that, "not read yet" would pause the
 * work for a whole time of quiet, and a card whose load takes two looks could be a busy one.
 */
export function isFirstRoundOver(facts: Facts): boolean {
  const { gpus, inputIdleMs, games, onBattery, othersCpuShare, network } = facts;
  const loads = gpus.isKnown ? gpus.value.map(({ othersUtilisation }) => othersUtilisation) : [];
  return [gpus, ...loads, inputIdleMs, games, onBattery, othersCpuShare, network].every(
    ({ isKnown }) => isKnown,
  );
}

function known<T>(value: T): { readonly isKnown: true; readonly value: T } {
  return { isKnown: true, value };
}

const notWatched = { isKnown: false, reason: { code: 'untold', fact: 'not-watched' } } as const;

/** A machine that is there for this work alone, as its owner says. */
export const unwatchedFacts: Facts = {
  gpus: known([]),
  inputIdleMs: known(Number.MAX_SAFE_INTEGER),
  games: known([]),
  onBattery: known(false),
  isLidClosed: notWatched,
  isLocked: notWatched,
  othersCpuShare: known(0),
  cpuTemperatureCelsius: notWatched,
  network: known('online'),
};
