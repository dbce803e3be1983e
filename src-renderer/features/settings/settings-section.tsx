/** Gives the settings to everything inside; until they have loaded, it says so or why they did not. */
import type { ReactNode } from 'react';
import { text } from '../../../src-shared/words/window.ts';
import { SettingsProvider } from './settings-context.tsx';
import type { SettingsState } from './use-settings.ts';

const words = text.settings;

export function SettingsSection({
  form: { settings, failure, change },
  children,
}: {
  form: SettingsState;
  children: ReactNode;
}) {
  return settings === null ? (
    <p role={failure === null ? undefined : 'alert'} className="text-muted">
      {failure === null ? words.loading : `${words.unreadable} ${failure}`}
    </p>
  ) : (
    <SettingsProvider value={{ settings, change }}>{children}</SettingsProvider>
  );
}
