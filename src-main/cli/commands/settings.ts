/**
 * `mindmesh settings list | get | set | add | remove | reset`: by the running host, or straight in the data folder
 * without one.
 */
import type { ModelEntry } from '../../../src-shared/api/models.ts';
import {
  type ChangedSettings,
  defaultSettings,
  entryOf,
  type SettingName,
  type Settings,
} from '../../../src-shared/settings/settings.ts';
import { warningWords } from '../../../src-shared/words/words.ts';
import { dataFolderAt } from '../../data/data-folder.ts';
import { shardsByName } from '../../node/shards-by-id.ts';
import {
  listName,
  parseSetting,
  settingLines,
  settingName,
  valueWords,
  withItem,
  withoutItem,
} from '../settings/setting-values.ts';
import { note, print, printJson } from '../terminal.ts';
import { type CommonOptions, findHost } from '../use-host.ts';
import { commandResults } from '../../../src-shared/words/command-line.ts';

type SettingsOptions = CommonOptions & { readonly json?: boolean };

export async function listSettings(options: SettingsOptions): Promise<void> {
  await withSettings(options, async (store) => {
    const settings = await store.read();
    if (options.json === true) {
      printJson(settings);
    } else {
      print(settingLines({ ...settings, shards: shownShards(settings, store) }));
    }
  });
}

export async function getSetting(name: string, options: SettingsOptions): Promise<void> {
  const known = settingName(name);
  await withSettings(options, async (store) => printJson((await store.read())[known]));
}

export async function setSetting(
  name: string,
  text: string,
  options: SettingsOptions,
): Promise<void> {
  const known = settingName(name);
  const changed = parseSetting(known, text);
  await change(known, options, () => changed);
}

/** Adds to a list; `verb` "remove" takes out of it. */
export async function changeList(
  verb: 'add' | 'remove',
  name: string,
  item: string,
  options: SettingsOptions,
): Promise<void> {
  const known = listName(name);
  const changed = verb === 'add' ? withItem : withoutItem;
  await change(known, options, (settings) => changed(settings, known, item));
}

export async function resetSetting(name: string, options: SettingsOptions): Promise<void> {
  const known = settingName(name);
  await change(known, options, () => ({ [known]: defaultSettings[known] }));
}

async function change(
  name: SettingName,
  options: SettingsOptions,
  changed: (settings: Settings) => ChangedSettings,
): Promise<void> {
  await withSettings(options, async (store) => {
    const settings = await store.change(changed(await store.read()));
    if (options.json === true) {
      printJson(settings);
    } else {
      const shown = { ...settings, shards: shownShards(settings, store) };
      const isLater = entryOf(name).applies === 'app';
      print(commandResults.settingIs(name, valueWords(name, shown[name]), isLater));
    }
  });
}

/** Changes settings in the running host, or in the data folder where none runs. @returns whether a host runs */
export async function changeStored(
  options: CommonOptions,
  changed: (settings: Settings) => ChangedSettings,
): Promise<boolean> {
  return await withSettings(options, async (store) => {
    await store.change(changed(await store.read()));
    return store.models !== undefined;
  });
}

/** Stored shards name their models by id; people know them by name. */
function shownShards({ shards }: Settings, { models }: OpenSettings): Settings['shards'] {
  return shards === null ? null : shardsByName(shards, models ?? []);
}

type OpenSettings = {
  /** The models that the running host knows; undefined where no host runs. */
  readonly models: readonly ModelEntry[] | undefined;
  read(): Promise<Settings> | Settings;
  change(changed: ChangedSettings): Promise<Settings> | Settings;
};

async function withSettings<T>(
  options: SettingsOptions,
  use: (store: OpenSettings) => Promise<T>,
): Promise<T> {
  const dataFolder = dataFolderAt(options.data);
  const connection = await findHost(dataFolder);
  if (connection !== undefined) {
    try {
      return await use({
        models: connection.snapshot().node?.models ?? [],
        read: () => connection.call('settings', {}),
        change: (changed) => connection.call('changeSettings', changed),
      });
    } finally {
      await connection.close();
    }
  }
  const { openHostServices } = await import('../../host/host-services.ts');
  const services = await openHostServices(dataFolder);
  try {
    const { settings, warnings } = services;
    warnings.forEach((warning) => note(warningWords(warning)));
    return await use({
      models: undefined,
      read: () => settings.settings,
      change: (changed) => settings.change(changed),
    });
  } finally {
    await services.close();
  }
}
