/** A setting that is on or off. */
import { useId } from 'react';
import { Switch } from '../../components/switch.tsx';
import type { SwitchName } from '../../../src-shared/settings/kinds.ts';
import { defaultSettings } from '../../../src-shared/settings/settings.ts';
import { fieldWords } from './setting-help.ts';
import { SettingRow } from './setting-row.tsx';
import { isOn, switchDefault, toggled } from './toggles.ts';
import { useSetting } from './use-setting.ts';

export function SwitchSetting({ name }: { name: SwitchName }) {
  const id = useId();
  const { value, outcome, set } = useSetting(name);
  const { label, help } = fieldWords(name);
  return (
    <SettingRow
      id={id}
      label={label}
      help={help}
      defaultMark={value === defaultSettings[name] ? null : switchDefault(name)}
      outcome={outcome}
    >
      <Switch
        id={id}
        checked={isOn(name, value)}
        aria-describedby={`${id}-help ${id}-outcome`}
        onChange={({ target }) => set(toggled(name, target.checked))}
      />
    </SettingRow>
  );
}
