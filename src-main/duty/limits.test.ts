import { describe, expect, it } from 'vitest';
import type { Preferences } from '../../src-shared/settings/preferences.ts';
import {
  card,
  cardWith,
  idleFacts,
  idleInput,
  known,
  unknown,
} from '../../test/support/host/duty-inputs.ts';
import { servingLimits, videoMemoryAllowance } from './limits.ts';

const longIdleMs = 3_600_000;

function limitsAt(celsius: number, preferences: Partial<Preferences> = {}) {
  const facts = { ...idleFacts, ...cardWith({ temperatureCelsius: known(celsius) }) };
  return servingLimits(
    { ...idleInput, facts, preferences: { ...idleInput.preferences, ...preferences } },
    longIdleMs,
  );
}

describe('the share of time to work', () => {
  it.each([
    [40, 1, false],
    [78, 1, false],
    [79, 0.8, true],
    [80.5, 0.5, true],
    [82, 0.2, true],
    [82.9, 0.1, true],
  ])('of a card at %d °C under a ceiling of 83 is %d', (celsius, workShare, isSlowedByHeat) => {
    expect(limitsAt(celsius)).toMatchObject({ workShare, isSlowedByHeat });
  });

  it('never exceeds the power cap, and falls below it when it gets hot', () => {
    expect(limitsAt(40, { powerCapPercent: 60 })).toMatchObject({
      workShare: 0.6,
      isSlowedByHeat: false,
    });
    expect(limitsAt(79, { powerCapPercent: 60 })).toMatchObject({ workShare: 0.6 });
    expect(limitsAt(82, { powerCapPercent: 60 })).toMatchObject({
      workShare: 0.2,
      isSlowedByHeat: true,
    });
  });

  it('follows the hottest: another card, or the processor where it tells', () => {
    const cool = { ...card, id: 'GPU-2' };
    const hot = { ...card, temperatureCelsius: known(82) };
    const two = { ...idleFacts, gpus: known([cool, hot]) };
    expect(servingLimits({ ...idleInput, facts: two }, longIdleMs).workShare).toBe(0.2);
    const processor = { ...idleFacts, cpuTemperatureCelsius: known(92.5) };
    expect(servingLimits({ ...idleInput, facts: processor }, longIdleMs).workShare).toBe(0.5);
    const untold = { ...idleFacts, gpus: unknown, cpuTemperatureCelsius: unknown };
    expect(servingLimits({ ...idleInput, facts: untold }, longIdleMs).workShare).toBe(1);
  });

  it('ignores cards that are not used', () => {
    const cards = { 'GPU-1': { isUsed: false, temperatureCeilingCelsius: null } };
    expect(limitsAt(82, { cards }).workShare).toBe(1);
  });
});

describe('the share of the processor', () => {
  it.each([
    [undefined, 0.5],
    [0, 0.5],
    [299_999, 0.5],
    [300_000, 1],
  ])('%s ms after the last input is %d', (idleMs, cpuShare) => {
    expect(servingLimits(idleInput, idleMs).cpuShare).toBe(cpuShare);
  });
});

describe('the video memory that may be taken', () => {
  it.each([
    [known(0), known(19.2e9)],
    [known(14e9), known(8e9)],
    [known(30e9), known(0)],
    [unknown, unknown],
  ])('of 24 GB, when others have %j', (othersMemoryBytes, allowance) => {
    expect(videoMemoryAllowance({ ...card, othersMemoryBytes }, idleInput.preferences)).toEqual(
      allowance,
    );
  });

  it('is not known when the card does not tell its size', () => {
    const silent = { ...card, memoryBytes: unknown };
    expect(videoMemoryAllowance(silent, idleInput.preferences)).toEqual(unknown);
  });
});
