/**
 * All settings, in the order of every listing, group by group. What the machine does because of them is state, and is
 * kept elsewhere.
 */
import type { z } from 'zod';
import { appSettings, engineSettings, programSettings } from './app-settings.ts';
import { defaultsOf, givenSchema, storedSchema } from './derive.ts';
import { hostingSettings, trafficSettings } from './hosting-settings.ts';
import { askingSettings, meshSettings, poolSettings } from './mesh-settings.ts';
import { preferences } from './preferences.ts';
import type { Setting, SettingGroup } from './setting.ts';

export const settingsRegistry = {
  ...preferences,
  ...trafficSettings,
  ...hostingSettings,
  ...askingSettings,
  ...meshSettings,
  ...poolSettings,
  ...programSettings,
  ...engineSettings,
  ...appSettings,
} satisfies Record<string, Setting>;
export type SettingName = keyof typeof settingsRegistry;

export const settingNames = Object.keys(settingsRegistry) as SettingName[];

export const settingsSchema = storedSchema(settingsRegistry);
export type Settings = z.infer<typeof settingsSchema>;

export const changedSettingsSchema = givenSchema(settingsRegistry);
export type ChangedSettings = z.infer<typeof changedSettingsSchema>;

export const defaultSettings: Settings = defaultsOf(settingsRegistry);

/** The entry of a setting, whatever its type. */
export function entryOf(name: SettingName): Setting {
  return settingsRegistry[name];
}

export function settingsOf(group: SettingGroup): SettingName[] {
  return settingNames.filter((name) => settingsRegistry[name].group === group);
}
