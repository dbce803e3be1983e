/**
 * One setting in its field: shows what the host holds, or what was just wished for until the host has answered. A
 * wish that is not kept goes back to what the host holds, with the reason.
 */
import { useEffect, useRef, useState } from 'react';
import { type SettingName, type Settings, settingsSchema } from '../../../src-shared/settings.ts';
import { text } from '../../locales/text.ts';
import { useSettingsForm } from './settings-context.tsx';

const savedShownForMs = 2000;

export type Outcome = 'saved' | { readonly problem: string } | null;

export interface SettingField<T> {
  readonly value: T;
  /** What became of the last wish. */
  readonly outcome: Outcome;
  /** Sends the wish when the setting's schema takes it. */
  readonly set: (value: T) => void;
  /** Says why what is in the field cannot be wished for; null when it is not there any more. */
  readonly refuse: (problem: string | null) => void;
}

export function useSetting<Name extends SettingName>(name: Name): SettingField<Settings[Name]> {
  const { settings, change } = useSettingsForm();
  const [wished, setWished] = useState<{ readonly value: Settings[Name] } | null>(null);
  const [outcome, setOutcome] = useState<Outcome>(null);
  const lastWish = useRef(0);

  useEffect(() => {
    if (outcome === 'saved') {
      const timer = setTimeout(() => setOutcome(null), savedShownForMs);
      return () => clearTimeout(timer);
    }
    return undefined;
  }, [outcome]);

  const set = async (value: Settings[Name]): Promise<void> => {
    if (!settingsSchema.shape[name].safeParse(value).success) {
      setOutcome({ problem: text.settings.notValid });
      return;
    }
    lastWish.current += 1;
    const wish = lastWish.current;
    setWished({ value });
    setOutcome(null);
    const problem = await change({ [name]: value });
    // A newer wish has an answer of its own.
    if (wish === lastWish.current) {
      setWished(null);
      setOutcome(problem === null ? 'saved' : { problem });
    }
  };
  return {
    value: wished === null ? settings[name] : wished.value,
    outcome,
    set: (value) => void set(value),
    refuse: (problem) => setOutcome(problem === null ? null : { problem }),
  };
}
