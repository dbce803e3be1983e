/** Settings with two values, shown as switches, and what the default of any setting is called. */
import { defaultSettings, type Settings } from '../../../src-shared/settings.ts';
import { text } from '../../locales/text.ts';
import type { LimitName, NumberName, SwitchName } from './number-field.ts';

/** Those that say "pause" or "work" are switches that pause. */
export type ToggleName = SwitchName | 'onBattery' | 'onMeteredNetwork';

export function isOn(value: Settings[ToggleName]): boolean {
  return value === true || value === 'pause';
}

export function toggled<Name extends ToggleName>(name: Name, on: boolean): Settings[Name] {
  const value = typeof defaultSettings[name] === 'boolean' ? on : on ? 'pause' : 'work';
  return value as Settings[Name];
}

export function defaultWords(name: ToggleName | NumberName | LimitName, unit = ''): string {
  const value = defaultSettings[name];
  if (typeof value === 'number') {
    return text.settings.amount(value, unit);
  }
  return value !== null && isOn(value) ? text.settings.on : text.settings.off;
}
