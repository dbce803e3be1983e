/**
 * The owner's settings as the host has them. Other windows, the tray and the command line change them too, and no
 * snapshot tells, so they are asked for anew while they are on the screen.
 */
import { useCallback, useState } from 'react';
import type { ChangedSettings, Settings } from '../../../src-shared/settings/settings.ts';
import { failureSentence } from '../host-client/failure-sentence.ts';
import { useHost, useHostView } from '../host-client/host-context.tsx';
import { useRepeated } from '../host-client/use-repeated.ts';

const renewedAfterMs = 3000;

export interface SettingsState {
  /** null before the first answer. */
  readonly settings: Settings | null;
  /** Why there was no answer yet; null without a failure, and once there was one. */
  readonly failure: string | null;
  /** Resolves with null when the change is kept, else with a sentence that says why it is not. */
  readonly change: (changed: ChangedSettings) => Promise<string | null>;
}

export function useSettings(): SettingsState {
  const host = useHost();
  const { connection } = useHostView();
  const [settings, setSettings] = useState<Settings | null>(null);
  const [failure, setFailure] = useState<string | null>(null);

  const renew = useCallback(async (): Promise<void> => {
    if (connection !== 'connected') {
      return;
    }
    try {
      setSettings(await host.request('settings', {}));
      setFailure(null);
    } catch (error) {
      setFailure(failureSentence(error));
    }
  }, [host, connection]);
  useRepeated(renew, renewedAfterMs);

  const change = async (changed: ChangedSettings): Promise<string | null> => {
    try {
      setSettings(await host.request('changeSettings', changed));
      return null;
    } catch (error) {
      // Part of the change may hold: only the host knows.
      await renew();
      return failureSentence(error);
    }
  };
  return { settings, failure, change };
}
