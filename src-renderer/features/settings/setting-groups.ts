/** Which settings of a group differ from their defaults. */
import {
  type ChangedSettings,
  defaultSettings,
  type SettingName,
  type Settings,
  settingsOf,
} from '../../../src-shared/settings/settings.ts';
import type { SettingGroup } from '../../../src-shared/settings/setting.ts';

/** Settings are JSON, with keys in the order of their schemas, so their texts can be compared. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

export function isDefault(settings: Settings, name: SettingName): boolean {
  return isSame(settings[name], defaultSettings[name]);
}

/** The settings of a group that differ from their defaults, with their values. */
export function changedIn(settings: Settings, group: SettingGroup): ChangedSettings {
  return pick(
    settings,
    settingsOf(group).filter((name) => !isDefault(settings, name)),
  );
}

/** The change that resets the given settings to their defaults. */
export function defaultsOf(changed: ChangedSettings): ChangedSettings {
  return pick(defaultSettings, Object.keys(changed) as SettingName[]);
}

function pick(settings: Settings, names: readonly SettingName[]): ChangedSettings {
  return Object.fromEntries(names.map((name) => [name, settings[name]]));
}
