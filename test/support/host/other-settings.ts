/** A value other than the default for each setting. */
import {
  defaultSettings,
  entryOf,
  type SettingName,
  type Settings,
} from '../../../src-shared/settings/settings.ts';

const peer = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp';

const made: Partial<Settings> = {
  schedule: {
    ...Object.fromEntries(
      ['sunday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'].map((day) => [day, []]),
    ),
    monday: [{ from: 0, to: 1440 }],
  } as never,
  cards: { 'GPU-1': { isUsed: false, temperatureCeilingCelsius: null } },
  shards: [],
  hosting: 'automatic',
  region: 'DE',
  exclusiveApps: ['blender'],
  cardOrder: ['0000:01:00.0'],
  ownMachines: [peer],
  askRegions: ['DE'],
  bootstrap: [`/ip4/192.0.2.1/tcp/1/p2p/${peer}`],
  peers: [`/ip4/192.0.2.1/tcp/1/p2p/${peer}`],
  listen: ['/ip4/127.0.0.1/tcp/0'],
  apiHosts: ['box.lan'],
  apiOrigins: ['https://app.example'],
};

/** @throws when the setting's schema does not take the value */
export function otherValue(name: SettingName): unknown {
  return entryOf(name).schema.parse(made[name] ?? derived(name));
}

function derived(name: SettingName): unknown {
  const { switch: ends, whenOn } = entryOf(name);
  const usual = defaultSettings[name];
  if (ends !== undefined) {
    return usual === ends.on ? ends.off : ends.on;
  }
  if (typeof usual === 'number') {
    // Some defaults are the highest value of their setting, and some the lowest.
    return usual > 50 ? usual - 1 : usual + 1;
  }
  return typeof usual === 'boolean' ? !usual : whenOn;
}
