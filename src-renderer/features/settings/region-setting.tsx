/** The country that peers see, by two letters; an empty field tells none. */
import { useId, useState } from 'react';
import { defaultSettings, settingsSchema } from '../../../src-shared/settings/settings.ts';
import { countryName, text } from '../../../src-shared/words/window.ts';
import { SettingRow } from './setting-row.tsx';
import { useSetting } from './use-setting.ts';

const { label, help } = text.settings.fields.region;
const words = text.settings.region;

export function RegionSetting() {
  const id = useId();
  const [draft, setDraft] = useState<string | null>(null);
  const { value, outcome, set, refuse } = useSetting('region');

  const commit = (): void => {
    if (draft === null) {
      return;
    }
    const region = draft.trim().toUpperCase();
    if (!settingsSchema.shape.region.safeParse(region).success) {
      refuse(words.notValid);
      return;
    }
    setDraft(null);
    refuse(null);
    if (region !== value) {
      set(region);
    }
  };
  return (
    <SettingRow
      id={id}
      label={label}
      help={help}
      defaultMark={value === defaultSettings.region ? null : words.untold}
      outcome={outcome}
    >
      <span className="text-sm text-muted">{value === '' ? '' : countryName(value)}</span>
      <input
        id={id}
        type="text"
        autoComplete="off"
        spellCheck={false}
        placeholder={words.placeholder}
        aria-invalid={outcome !== null && outcome !== 'saved'}
        aria-describedby={`${id}-help ${id}-outcome`}
        value={draft ?? value}
        onChange={({ target }) => setDraft(target.value)}
        onBlur={commit}
        onKeyDown={({ key }) => {
          if (key === 'Enter') {
            commit();
          } else if (key === 'Escape') {
            setDraft(null);
            refuse(null);
          }
        }}
        className="w-20 rounded-lg border border-line bg-surface px-2.5 py-1 text-right uppercase placeholder:text-muted hover:border-accent aria-[invalid=true]:border-bad"
      />
    </SettingRow>
  );
}
