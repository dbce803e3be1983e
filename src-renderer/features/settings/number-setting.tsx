/** A setting that is a number, and one that is a number or nothing. */
import { useId } from 'react';
import { Switch } from '../../components/switch.tsx';
import { defaultSettings } from '../../../src-shared/settings.ts';
import { text } from '../../locales/text.ts';
import { boundsOf, type LimitName, type NumberName } from './number-field.ts';
import { NumberInput } from './number-input.tsx';
import { SettingRow } from './setting-row.tsx';
import { defaultWords } from './toggles.ts';
import { type Outcome, useSetting } from './use-setting.ts';

const { fields } = text.settings;

type ShownNumberName = NumberName & keyof typeof fields;
type ShownLimitName = LimitName & keyof typeof fields;

function isInvalid(outcome: Outcome): boolean {
  return outcome !== null && outcome !== 'saved';
}

export function NumberSetting({ name }: { name: ShownNumberName }) {
  const id = useId();
  const { value, outcome, set, refuse } = useSetting(name);
  const { label, help, unit } = fields[name];
  return (
    <SettingRow
      id={id}
      label={label}
      help={help}
      defaultMark={value === defaultSettings[name] ? null : defaultWords(name, unit)}
      outcome={outcome}
    >
      <NumberInput
        id={id}
        unit={unit}
        value={value}
        bounds={boundsOf(name)}
        isInvalid={isInvalid(outcome)}
        onCommit={set}
        onRefuse={refuse}
      />
    </SettingRow>
  );
}

/** `whenOn` is the number to begin with where the default has none. */
export function LimitSetting({ name, whenOn }: { name: ShownLimitName; whenOn: number }) {
  const id = useId();
  const amountId = useId();
  const { value, outcome, set, refuse } = useSetting(name);
  const { label, help, unit } = fields[name];
  return (
    <SettingRow
      id={id}
      label={label}
      help={help}
      defaultMark={value === defaultSettings[name] ? null : defaultWords(name, unit)}
      outcome={outcome}
    >
      {value === null ? null : (
        <NumberInput
          id={amountId}
          label={text.settings.amountOf(label)}
          unit={unit}
          value={value}
          bounds={boundsOf(name)}
          isInvalid={isInvalid(outcome)}
          onCommit={set}
          onRefuse={refuse}
        />
      )}
      <Switch
        id={id}
        checked={value !== null}
        aria-describedby={`${id}-help ${id}-outcome`}
        onChange={({ target }) => set(target.checked ? (defaultSettings[name] ?? whenOn) : null)}
      />
    </SettingRow>
  );
}
