/** A setting that is a number, and one that is a number or nothing. */
import { useId } from 'react';
import { Switch } from '../../components/switch.tsx';
import { boundsOf, type LimitName, type NumberName } from '../../../src-shared/settings/kinds.ts';
import { defaultSettings, entryOf } from '../../../src-shared/settings/settings.ts';
import { text } from '../../../src-shared/words/window.ts';
import { NumberInput } from './number-input.tsx';
import { fieldWords } from './setting-help.ts';
import { SettingRow } from './setting-row.tsx';
import { numberDefault, unitOf } from './toggles.ts';
import { type Outcome, useSetting } from './use-setting.ts';

/** The first number when a limit is switched on: the default, or where that is no limit, the registry's `whenOn`. */
function firstLimit(name: LimitName): number {
  return defaultSettings[name] ?? entryOf(name).whenOn ?? boundsOf(name).least;
}

function isInvalid(outcome: Outcome): boolean {
  return outcome !== null && outcome !== 'saved';
}

export function NumberSetting({ name }: { name: NumberName }) {
  const id = useId();
  const { value, outcome, set, refuse } = useSetting(name);
  const { label, help } = fieldWords(name);
  const unit = unitOf(name);
  return (
    <SettingRow
      id={id}
      label={label}
      help={help}
      defaultMark={value === defaultSettings[name] ? null : numberDefault(name)}
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

export function LimitSetting({ name }: { name: LimitName }) {
  const id = useId();
  const amountId = useId();
  const { value, outcome, set, refuse } = useSetting(name);
  const { label, help } = fieldWords(name);
  const unit = unitOf(name);
  return (
    <SettingRow
      id={id}
      label={label}
      help={help}
      defaultMark={value === defaultSettings[name] ? null : numberDefault(name)}
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
        onChange={({ target }) => set(target.checked ? firstLimit(name) : null)}
      />
    </SettingRow>
  );
}
