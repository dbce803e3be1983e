/** Gives the settings to the fields that show and change them. */
import { createContext, useContext } from 'react';
import type { Settings } from '../../../src-shared/settings/settings.ts';
import type { SettingsState } from './use-settings.ts';

export interface SettingsForm {
  readonly settings: Settings;
  readonly change: SettingsState['change'];
}

const SettingsContext = createContext<SettingsForm | null>(null);

export const SettingsProvider = SettingsContext.Provider;

export function useSettingsForm(): SettingsForm {
  const form = useContext(SettingsContext);
  if (form === null) {
    throw new Error('A field of the settings stands outside of SettingsProvider.');
  }
  return form;
}
