/** The settings of a group, in the order of the registry, each with the control of its kind. */
import type { ReactNode } from 'react';
import { kindOf } from '../../../src-shared/settings/kinds.ts';
import type { SettingGroup } from '../../../src-shared/settings/setting.ts';
import { type SettingName, settingsOf } from '../../../src-shared/settings/settings.ts';
import { HostingChoice } from './hosting-choice.tsx';
import { ListSetting } from './list-setting.tsx';
import { LimitSetting, NumberSetting } from './number-setting.tsx';
import { RegionSetting } from './region-setting.tsx';
import { ScheduleEditor } from './schedule-editor.tsx';
import { SwitchSetting } from './switch-setting.tsx';

/**
 * Controls for single settings. Hosted layers are chosen beside each model, and single cards are shown on the page of
 * settings, which knows them.
 */
const ownControls = {
  schedule: ScheduleEditor,
  cards: null,
  hosting: HostingChoice,
  region: RegionSetting,
  shards: null,
} as const;

export function SettingFields({ group }: { group: SettingGroup }) {
  return settingsOf(group).map((name) => <SettingControl key={name} name={name} />);
}

function SettingControl({ name }: { name: SettingName }): ReactNode {
  const setting = kindOf(name);
  if (setting.kind === 'number') {
    return <NumberSetting name={setting.name} />;
  }
  if (setting.kind === 'limit') {
    return <LimitSetting name={setting.name} />;
  }
  if (setting.kind === 'switch') {
    return <SwitchSetting name={setting.name} />;
  }
  if (setting.kind === 'list') {
    return <ListSetting name={setting.name} />;
  }
  const Own = ownControls[setting.name];
  return Own === null ? null : <Own />;
}
