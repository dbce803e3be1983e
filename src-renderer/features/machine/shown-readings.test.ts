import { describe, expect, it } from 'vitest';
import { shownGames, shownHeat, shownInput, shownMemory, shownShare } from './shown-readings.ts';

describe('readings as they are shown', () => {
  it('say in words what heat means, so that no one depends on a colour', () => {
    expect(shownHeat(61.4, 83)).toMatchObject({
      value: '61 °C',
      note: 'pauses from 83 °C',
      tone: 'good',
    });
    expect(shownHeat(80, 83)).toMatchObject({ note: 'close to its ceiling of 83 °C' });
    expect(shownHeat(85, 83)).toMatchObject({ note: 'at its ceiling of 83 °C', tone: 'bad' });
    expect(shownHeat(50, null)).toEqual({ value: '50 °C' });
  });

  it('show a share of nothing as nothing, and memory without a total alone', () => {
    expect(shownShare(0)).toEqual({ value: '0 %', share: 0 });
    expect(shownMemory(3 * 1024 ** 3, 24 * 1024 ** 3)).toEqual({
      value: '3 GB of 24 GB',
      share: 0.125,
    });
    expect(shownMemory(3 * 1024 ** 3, null)).toEqual({ value: '3 GB' });
    expect(shownMemory(5, 0)).toEqual({ value: '5 B' });
  });

  it('say when a user was last there, and what runs', () => {
    expect(shownInput(59_000).value).toBe('Used just now');
    expect(shownInput(12 * 60_000).value).toBe('Last used 12 min ago');
    expect(shownGames([]).value).toBe('None running');
    expect(
      shownGames([
        { name: 'Hades', foundBy: 'launcher folder' },
        { name: 'blender', foundBy: 'exclusive apps' },
      ]).value,
    ).toBe('Hades, blender');
  });
});
