/**
 * One setting in its field. It shows the host's value, or the entered one until the host has responded. When the host
 * refuses a change, the field returns to the host's value and shows the reason.
 */
import { useEffect, useRef, useState } from 'react';
import {
  type SettingName,
  type Settings,
  settingsSchema,
} from '../../../src-shared/settings/settings.ts';
import { text } from '../../../src-shared/words/window.ts';
import { useSettingsForm } from './settings-context.tsx';

const savedShownForMs = 2000;

export type Outcome = 'saved' | { readonly problem: string } | null;

export interface SettingField<T> {
  readonly value: T;
  /** The outcome of the last change. */
  readonly outcome: Outcome;
  /** Sends the change, if the setting's schema accepts it. */
  readonly set: (value: T) => void;
  /** Shows why the content of the field cannot be set; null when the content has gone. */
  readonly refuse: (problem: string | null) => void;
}

export function useSetting<Name extends SettingName>(name: Name): SettingField<Settings[Name]> {
  const { settings, change } = useSettingsForm();
  const [pending, setPending] = useState<{ readonly value: Settings[Name] } | null>(null);
  const [outcome, setOutcome] = useState<Outcome>(null);
  const lastChange = useRef(0);
  /** Counts changes and refusals: the outcome of an older one no longer shows. */
  const lastAttempt = useRef(0);

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
    lastChange.current += 1;
    lastAttempt.current += 1;
    const thisChange = lastChange.current;
    const thisAttempt = lastAttempt.current;
    setPending({ value });
    setOutcome(null);
    const problem = await change({ [name]: value });
    // A newer change gets an outcome of its own.
    if (thisChange === lastChange.current) {
      setPending(null);
    }
    if (thisAttempt === lastAttempt.current) {
      setOutcome(problem === null ? 'saved' : { problem });
    }
  };
  return {
    value: pending === null ? settings[name] : pending.value,
    outcome,
    set: (value) => void set(value),
    refuse: (problem) => {
      if (problem !== null) {
        lastAttempt.current += 1;
      }
      setOutcome(problem === null ? null : { problem });
    },
  };
}
