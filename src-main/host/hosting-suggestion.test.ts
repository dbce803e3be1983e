import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../src-shared/settings/settings.ts';
import { hostingSuggestion } from './hosting-suggestion.ts';

describe('what the first screen suggests for hosting', () => {
  it.each([
    [500e9, 20],
    [100e9, 20],
    [64e9, 12],
    [9.9e9, 1],
    [0, 1],
    [null, 20],
  ])('of %s free bytes is %s GB', (freeBytes, diskLimitGigabytes) => {
    expect(hostingSuggestion(freeBytes, defaultSettings, false)).toEqual({
      hosting: 'automatic',
      diskLimitGigabytes,
      freeBytes,
    });
  });

  it('keeps the limit that the owner set', () => {
    const settings = { ...defaultSettings, diskLimitGigabytes: 70 };
    expect(hostingSuggestion(500e9, settings, false).diskLimitGigabytes).toBe(70);
  });

  it('is what the owner had, where an earlier first screen was agreed to', () => {
    expect(hostingSuggestion(500e9, defaultSettings, true).hosting).toBe('chosen');
    const settings = { ...defaultSettings, hosting: 'automatic' } as const;
    expect(hostingSuggestion(500e9, settings, true).hosting).toBe('automatic');
  });
});
