/** Settings with two values, which show as switches, and the text for the default of any setting. */
import type { LimitName, NumberName, SwitchName } from '../../../src-shared/settings/kinds.ts';
import { defaultSettings, entryOf, type Settings } from '../../../src-shared/settings/settings.ts';
import { text } from '../../../src-shared/words/window.ts';

const yesAndNo = { on: true, off: false };

export function isOn<Name extends SwitchName>(name: Name, value: Settings[Name]): boolean {
  return value === (entryOf(name).switch ?? yesAndNo).on;
}

export function toggled<Name extends SwitchName>(name: Name, isOn: boolean): Settings[Name] {
  const { on, off } = entryOf(name).switch ?? yesAndNo;
  return (isOn ? on : off) as Settings[Name];
}

export function unitOf(name: NumberName | LimitName): string {
  const { unit } = entryOf(name);
  return unit === undefined ? '' : text.settings.units[unit];
}

export function switchDefault(name: SwitchName): string {
  return isOn(name, defaultSettings[name]) ? text.settings.on : text.settings.off;
}

export function numberDefault(name: NumberName | LimitName): string {
  const value = defaultSettings[name];
  return value === null ? text.settings.off : text.settings.amount(value, unitOf(name));
}
