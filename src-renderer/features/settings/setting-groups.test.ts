import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../../src-shared/settings/settings.ts';
import { changedIn, defaultsOf, isDefault } from './setting-groups.ts';

describe('the groups of settings', () => {
  it('know what was changed, and the way back', () => {
    const settings = {
      ...defaultSettings,
      idleMinutes: 9,
      exclusiveApps: ['blender'],
      mdns: false,
    };
    expect(isDefault(settings, 'idleMinutes')).toBe(false);
    expect(isDefault(settings, 'exclusiveApps')).toBe(false);
    expect(isDefault(settings, 'schedule')).toBe(true);
    const changed = changedIn(settings, 'when');
    expect(changed).toEqual({ idleMinutes: 9, exclusiveApps: ['blender'] });
    expect(defaultsOf(changed)).toEqual({ idleMinutes: 5, exclusiveApps: [] });
    expect(changedIn(defaultSettings, 'when')).toEqual({});
  });
});
