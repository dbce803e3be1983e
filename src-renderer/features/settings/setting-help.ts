/** The label of a setting, what it does, and what a change of it costs. */
import { entryOf, type SettingName } from '../../../src-shared/settings/settings.ts';
import { text } from '../../../src-shared/words/window.ts';

export function fieldWords(name: SettingName): { readonly label: string; readonly help: string } {
  const { label, help } = text.settings.fields[name];
  const { applies } = entryOf(name);
  return { label, help: applies === 'live' ? help : `${help} ${text.settings.applies[applies]}` };
}
