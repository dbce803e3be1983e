/** The owner's settings, as the host has them. Other windows, the tray and the command line change them, too. */
import type { ChangedSettings, Settings } from '../../../src-shared/settings/settings.ts';
import { failureSentence } from '../host-client/failure-sentence.ts';
import { useHost } from '../host-client/host-context.tsx';
import { useTopic } from '../host-client/use-topic.ts';

export interface SettingsState {
  /** null before the first response. */
  readonly settings: Settings | null;
  /** Why the settings have not loaded yet; null without a failure, and once they have. */
  readonly failure: string | null;
  /** Resolves to null when the change is stored, else to a sentence that says why not. */
  readonly change: (changed: ChangedSettings) => Promise<string | null>;
}

export function useSettings(): SettingsState {
  const host = useHost();
  const { value = null, failure } = useTopic('settings');

  const change = async (changed: ChangedSettings): Promise<string | null> => {
    try {
      await host.request('changeSettings', changed);
      return null;
    } catch (error) {
      return failureSentence(error);
    }
  };
  return { settings: value, failure: value === null ? failure : null, change };
}
