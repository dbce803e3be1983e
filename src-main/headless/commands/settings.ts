/** `mindmesh settings list | get | set`: by the running host, or straight in the data folder without one. */
import { AppError } from '../../../src-shared/errors.ts';
import {
  changedSettingsSchema,
  type ChangedSettings,
  type SettingName,
  type Settings,
  settingsSchema,
} from '../../../src-shared/settings.ts';
import { dataFolderAt } from '../../data-folder.ts';
import { invalidRequest } from '../../invalid-request.ts';
import { print, printJson } from '../terminal.ts';
import { type CommonOptions, findHost } from '../use-host.ts';

type SettingsOptions = CommonOptions & { readonly json?: boolean };

export async function listSettings(options: SettingsOptions): Promise<void> {
  const settings = await readOrChange(options, {});
  if (options.json === true) {
    printJson(settings);
  } else {
    print(Object.entries(settings).map(([name, value]) => `${name} = ${JSON.stringify(value)}`));
  }
}

export async function getSetting(name: string, options: SettingsOptions): Promise<void> {
  const known = settingName(name);
  printJson((await readOrChange(options, {}))[known]);
}

export async function setSetting(
  name: string,
  text: string,
  options: SettingsOptions,
): Promise<void> {
  const known = settingName(name);
  const changed = changedSettingsSchema.safeParse({ [known]: valueOf(text) });
  if (!changed.success) {
    throw invalidRequest(`settings set ${name}`, changed.error, 'setting-invalid');
  }
  const settings = await readOrChange(options, changed.data);
  if (options.json === true) {
    printJson(settings);
  } else {
    const when = known === 'windowPort' ? ' from the next start on' : '';
    print(`${known} is ${JSON.stringify(settings[known])}${when}.`);
  }
}

async function readOrChange(options: SettingsOptions, changed: ChangedSettings): Promise<Settings> {
  const isChange = Object.keys(changed).length > 0;
  const dataFolder = dataFolderAt(options.data);
  const connection = await findHost(dataFolder);
  if (connection !== undefined) {
    try {
      return await (isChange
        ? connection.call('changeSettings', changed)
        : connection.call('settings', {}));
    } finally {
      await connection.close();
    }
  }
  const { openHostServices } = await import('../../host-services.ts');
  const services = await openHostServices(dataFolder);
  try {
    return isChange ? services.settings.change(changed) : services.settings.settings;
  } finally {
    await services.close();
  }
}

function settingName(name: string): SettingName {
  const names = Object.keys(settingsSchema.shape) as SettingName[];
  const known = names.find((candidate) => candidate === name);
  if (known === undefined) {
    throw new AppError(
      'setting-invalid',
      `There is no setting "${name}". There are: ${names.join(', ')}.`,
    );
  }
  return known;
}

/** JSON where it is JSON (numbers, true, null, lists), else the text itself. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
