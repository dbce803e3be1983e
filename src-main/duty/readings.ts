/** The facts before everything was read once, and those of a machine that is not watched. */
import type { Facts } from '../../src-shared/duty.ts';

/**
 * Whether every reading that decides whether the machine is free has been read. Before that, "not read yet" would
 * pause the work for a whole time of quiet, and a card whose load needs two looks could be a busy one.
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

/** The facts of a machine that its owner gives to this work alone. */
export const unwatchedFacts: Facts = {
  gpus: known([]),
  inputIdleMs: known(Number.MAX_SAFE_INTEGER),
  games: known([]),
  onBattery: known(false),
  isLidClosed: notWatched,
  isLocked: notWatched,
  othersCpuShare: known(0),
  memory: notWatched,
  cpuTemperatureCelsius: notWatched,
  network: known('online'),
};
