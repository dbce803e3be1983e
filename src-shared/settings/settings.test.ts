import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { listWords, settingGroupWords, settingWords, unitWords } from '../words/words.ts';
import { kindOf } from './kinds.ts';
import { settingGroups } from './setting.ts';
import {
  changedSettingsSchema,
  defaultSettings,
  entryOf,
  settingNames,
  settingsOf,
  settingsSchema,
} from './settings.ts';

describe('the registry of settings', () => {
  it.each(settingNames)('has a default that its schema takes: %s', (name) => {
    expect(entryOf(name).schema.parse(defaultSettings[name])).toEqual(defaultSettings[name]);
    expect(changedSettingsSchema.parse({ [name]: defaultSettings[name] })).toEqual({
      [name]: defaultSettings[name],
    });
  });

  it.each(settingNames)('has words for the command line and the window: %s', (name) => {
    const { schema, unit } = entryOf(name);
    const { about, label, help, none } = settingWords[name];
    expect(about).toMatch(/^[^A-Z].*[^.]$/);
    expect(label).toMatch(/^[A-Z].*[^.]$/);
    expect(help).toMatch(/^[A-Z].*\.$/);
    expect(none !== undefined).toBe(schema instanceof z.ZodNullable);
    expect(unit === undefined || unitWords[unit] !== '').toBe(true);
    expect(Object.hasOwn(listWords, name)).toBe(kindOf(name).kind === 'list');
  });

  it('has every setting in one group, and the groups in the order of every listing', () => {
    expect(settingGroups.flatMap((group) => settingsOf(group))).toEqual(settingNames);
    expect(Object.keys(settingsSchema.shape)).toEqual(settingNames);
    expect(Object.keys(settingGroupWords)).toEqual([...settingGroups]);
  });

  it('knows which number a limit begins with when it is switched on', () => {
    for (const name of settingNames.filter((each) => kindOf(each).kind === 'limit')) {
      const { schema, whenOn } = entryOf(name);
      expect(schema.safeParse(defaultSettings[name] ?? whenOn)).toMatchObject({ success: true });
      expect(defaultSettings[name] ?? whenOn).toBeDefined();
    }
  });
});
