/** Values of settings as a person types them, and printed in the same words. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../../src-shared/errors.ts';
import { kindOf, type ListName } from '../../../src-shared/settings/kinds.ts';
import {
  type ChangedSettings,
  changedSettingsSchema,
  defaultSettings,
  entryOf,
  type SettingName,
  settingNames,
  type Settings,
} from '../../../src-shared/settings/settings.ts';
import { problemWords } from '../../../src-shared/words/problems.ts';
import { settingWords, unitWords } from '../../../src-shared/words/words.ts';
import { formatSchedule, parseSchedule } from './schedule-words.ts';
import { settingErrors, settingListWords } from '../../../src-shared/words/command-line.ts';

/** Other words for true, false and null. Of several values the first one is meant that the setting takes. */
const otherWords: ReadonlyMap<string, readonly unknown[]> = new Map<string, readonly unknown[]>([
  ['on', [true]],
  ['yes', [true]],
  ['off', [false, null]],
  ['no', [false, null]],
  ['none', [null, []]],
]);

/** @throws AppError `setting-invalid` when there is no such setting */
export function settingName(name: string): SettingName {
  return known(name, settingNames, settingErrors.unknown(name, settingNames));
}

/** @throws AppError `setting-invalid` when it is no setting that has a list of texts */
export function listName(name: string): ListName {
  const listNames = settingNames.flatMap((each) => {
    const setting = kindOf(each);
    return setting.kind === 'list' ? [setting.name] : [];
  });
  return known(settingName(name), listNames, settingErrors.notAList(name, listNames));
}

function unitOf(name: SettingName): string | undefined {
  const { unit } = entryOf(name);
  return unit === undefined ? undefined : unitWords[unit];
}

/** @throws AppError `setting-invalid`, saying what is wrong with the text */
export function parseSetting(name: SettingName, text: string): ChangedSettings {
  const { none } = settingWords[name];
  const unit = unitOf(name);
  const word = (
    unit !== undefined && text.endsWith(unit) ? text.slice(0, -unit.length) : text
  ).trim();
  const json = parseJson(word);
  if (name === 'schedule' && json === undefined) {
    return checked(name, parseSchedule(word));
  }
  const others = word === none ? [null] : (otherWords.get(word.toLowerCase()) ?? []);
  const meant = [...others, json === undefined ? word : json];
  const accepted = meant.find((value) => entryOf(name).schema.safeParse(value).success);
  return checked(name, accepted === undefined ? meant.at(-1) : accepted);
}

/** Formats a value as `parseSetting` reads it. */
export function valueWords<Name extends SettingName>(name: Name, value: Settings[Name]): string {
  const { none } = settingWords[name];
  const unit = unitOf(name);
  if (name === 'schedule') {
    return formatSchedule(value as Settings['schedule']);
  }
  if (value === null) {
    return none ?? 'none';
  }
  if (typeof value === 'boolean') {
    return value ? 'on' : 'off';
  }
  if (typeof value === 'object') {
    return JSON.stringify(value);
  }
  return unit === undefined ? String(value) : `${String(value)} ${unit}`;
}

/** @throws AppError `setting-invalid` when it is already there */
export function withItem(settings: Settings, name: ListName, item: string): ChangedSettings {
  const list = settings[name];
  if (list.includes(item)) {
    throw new AppError('setting-invalid', settingErrors.alreadyIn(item, name));
  }
  return checked(name, [...list, item]);
}

/** @throws AppError `setting-invalid` when it is not there */
export function withoutItem(settings: Settings, name: ListName, item: string): ChangedSettings {
  const list = settings[name];
  if (!list.includes(item)) {
    throw new AppError('setting-invalid', settingErrors.notIn(item, name, valueWords(name, list)));
  }
  return checked(
    name,
    list.filter((other) => other !== item),
  );
}

/** The table of `settings list`: a mark where a value is not the default, which then stands in brackets. */
export function settingLines(settings: Settings): string[] {
  const rows = settingNames.map((name) => {
    const value = valueWords(name, settings[name]);
    const isChanged = !isDeepStrictEqual(settings[name], defaultSettings[name]);
    const usual = valueWords(name, defaultSettings[name]);
    return {
      name: `${isChanged ? '*' : ' '} ${name}`,
      value: isChanged ? settingListWords.withDefault(value, usual) : value,
      about: aboutWords(name),
    };
  });
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  return [
    ...rows.map(
      ({ name, value, about }) =>
        `${name.padEnd(nameWidth)}  ${value.padEnd(valueWidth)}  ${about}`,
    ),
    '',
    settingListWords.legend,
  ];
}

function aboutWords(name: SettingName): string {
  const { about } = settingWords[name];
  return entryOf(name).applies === 'app' ? settingListWords.fromNextStart(about) : about;
}

/** A longer value pushes the column behind it to the right. */
const valueWidth = 20;

function known<T extends string>(name: string, names: readonly T[], sentence: string): T {
  const found = names.find((candidate) => candidate === name);
  if (found === undefined) {
    throw new AppError('setting-invalid', sentence);
  }
  return found;
}

function checked(name: SettingName, value: unknown): ChangedSettings {
  const changed = changedSettingsSchema.safeParse({ [name]: value });
  if (!changed.success) {
    throw new AppError('setting-invalid', `${problemWords(changed.error)}.`, {
      cause: changed.error,
    });
  }
  return changed.data;
}

/** undefined when it is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
