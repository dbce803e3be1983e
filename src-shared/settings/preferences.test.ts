import { describe, expect, it } from 'vitest';
import { defaultPreferences } from './preferences.ts';
import { weeklyScheduleSchema } from './schedule.ts';
import { changedSettingsSchema, defaultSettings, settingsSchema } from './settings.ts';

describe('the preferences', () => {
  it('work on an idle computer only, by default', () => {
    expect(settingsSchema.parse(defaultSettings)).toEqual(defaultSettings);
    expect(defaultSettings).toMatchObject(defaultPreferences);
    expect(defaultPreferences).toMatchObject({
      idleMinutes: 5,
      pauseWhileGaming: true,
      pauseOnGpuLoadPercent: 20,
      exclusiveApps: [],
      onBattery: 'pause',
      schedule: null,
      temperatureCeilingCelsius: 83,
      powerCapPercent: 100,
      videoMemoryPercent: 80,
      keepAwake: false,
      steadyQuietSeconds: 60,
    });
  });

  it.each([
    ['idleMinutes', -1],
    ['pauseOnGpuLoadPercent', 0],
    ['pauseOnGpuLoadPercent', 101],
    ['temperatureCeilingCelsius', 20],
    ['powerCapPercent', 0],
    ['exclusiveApps', ['']],
    ['onBattery', 'perhaps'],
    ['schedule', { monday: [{ from: 60, to: 60 }] }],
    ['schedule', { monday: [{ from: 0, to: 1441 }] }],
    ['schedule', { someday: [] }],
    ['cards', { 'GPU-1': { temperatureCeilingCelsius: 500 } }],
    ['cards', Object.fromEntries(Array.from({ length: 65 }, (_, index) => [index, {}]))],
  ])('refuse %s = %j', (name, value) => {
    expect(settingsSchema.partial().safeParse({ [name]: value }).success).toBe(false);
    expect(changedSettingsSchema.safeParse({ [name]: value }).success).toBe(false);
  });

  it('fill in what a schedule and a card leave out', () => {
    const night = { from: 22 * 60, to: 7 * 60 };
    expect(weeklyScheduleSchema.parse({ friday: [night] })).toMatchObject({
      friday: [night],
      sunday: [],
    });
    expect(settingsSchema.shape.cards.parse({ 'GPU-1': { isUsed: false } })).toEqual({
      'GPU-1': { isUsed: false, temperatureCeilingCelsius: null },
    });
  });
});
