/** Which settings stand together, and how they differ from their defaults. */
import {
  type ChangedSettings,
  defaultSettings,
  type SettingName,
  type Settings,
} from '../../../src-shared/settings.ts';

export const settingGroups = {
  when: [
    'idleMinutes',
    'pauseWhileGaming',
    'exclusiveApps',
    'pauseOnGpuLoadPercent',
    'pauseOnCpuLoadPercent',
    'onBattery',
    'onMeteredNetwork',
    'steadyQuietSeconds',
    'schedule',
  ],
  much: [
    'temperatureCeilingCelsius',
    'cpuTemperatureCeilingCelsius',
    'powerCapPercent',
    'cpuLimitWhenActivePercent',
    'videoMemoryPercent',
    'keepAwake',
    'cards',
  ],
  network: ['downloadLimitKilobytesPerSecond', 'uploadLimitKilobytesPerSecond'],
  privacy: ['apiPort'],
  asking: [
    'askPoolOnly',
    'askOwnMachinesOnly',
    'ownMachines',
    'askRegions',
    'askOuterLayersHere',
    'askLeastOperators',
    'askPriceCeiling',
  ],
  mesh: ['mdns', 'upnp', 'bootstrap', 'peers', 'region'],
  pools: ['poolOnly'],
  hosting: ['hosting', 'hostingMemoryGigabytes', 'diskLimitGigabytes'],
  app: ['startAtLogin', 'checkForUpdates'],
} as const satisfies Record<string, readonly SettingName[]>;

export type SettingGroup = keyof typeof settingGroups;

/** Settings are JSON, with their keys in the order of their schemas. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

export function isDefault(settings: Settings, name: SettingName): boolean {
  return isSame(settings[name], defaultSettings[name]);
}

/** The settings of a group that are not as they were at first, with what they are. */
export function changedIn(settings: Settings, group: SettingGroup): ChangedSettings {
  return pick(
    settings,
    settingGroups[group].filter((name) => !isDefault(settings, name)),
  );
}

/** What takes the given settings back to their defaults. */
export function defaultsOf(changed: ChangedSettings): ChangedSettings {
  return pick(defaultSettings, Object.keys(changed) as SettingName[]);
}

function pick(settings: Settings, names: readonly SettingName[]): ChangedSettings {
  return Object.fromEntries(names.map((name) => [name, settings[name]]));
}
