/** A setting that is on or off. */
import { useId } from 'react';
import { Switch } from '../../components/switch.tsx';
import { defaultSettings } from '../../../src-shared/settings.ts';
import { text } from '../../locales/text.ts';
import { SettingRow } from './setting-row.tsx';
import { defaultWords, isOn, type ToggleName, toggled } from './toggles.ts';
import { useSetting } from './use-setting.ts';

const { fields } = text.settings;

export function SwitchSetting({ name }: { name: ToggleName & keyof typeof fields }) {
  const id = useId();
  const { value, outcome, set } = useSetting(name);
  const { label, help } = fields[name];
  return (
    <SettingRow
      id={id}
      label={label}
      help={help}
      defaultMark={value === defaultSettings[name] ? null : defaultWords(name)}
      outcome={outcome}
    >
      <Switch
        id={id}
        checked={isOn(value)}
        aria-describedby={`${id}-help ${id}-outcome`}
        onChange={({ target }) => set(toggled(name, target.checked))}
      />
    </SettingRow>
  );
}
