/** A titled group of settings, with a button that resets them to their defaults, and one that undoes the reset. */
import { type ReactNode, useState } from 'react';
import type { SettingGroup } from '../../../src-shared/settings/setting.ts';
import type { ChangedSettings } from '../../../src-shared/settings/settings.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { text } from '../../../src-shared/words/window.ts';
import { changedIn, defaultsOf } from './setting-groups.ts';
import { SettingFields } from './setting-fields.tsx';
import { useSettingsForm } from './settings-context.tsx';

const words = text.settings;

export function SettingsGroup({
  group,
  lead,
  children,
}: {
  group: SettingGroup;
  /** Shown before the settings. */
  lead?: ReactNode;
  /** Shown after the settings. */
  children?: ReactNode;
}) {
  const { settings, change } = useSettingsForm();
  const [before, setBefore] = useState<ChangedSettings | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const title = words.groups[group];
  const changed = changedIn(settings, group);
  const isChanged = Object.keys(changed).length > 0;

  const set = async (changes: ChangedSettings, undoneBy: ChangedSettings | null): Promise<void> => {
    const failed = await change(changes);
    setProblem(failed);
    if (failed === null) {
      setBefore(undoneBy);
    }
  };
  if (before !== null && isChanged) {
    // A change after a reset means that there is nothing to undo any more.
    setBefore(null);
  }
  return (
    <Card
      title={title}
      aside={
        before !== null ? (
          <Button
            look="quiet"
            className="-my-1 -mr-2"
            aria-label={words.undoAria(title)}
            onClick={() => void set(before, null)}
          >
            {words.undo}
          </Button>
        ) : (
          <Button
            look="quiet"
            className="-my-1 -mr-2"
            disabled={!isChanged}
            aria-label={words.resetAria(title)}
            onClick={() => void set(defaultsOf(changed), changed)}
          >
            {words.reset}
          </Button>
        )
      }
    >
      {problem === null ? null : (
        <p role="alert" className="mb-3 text-sm text-bad">
          {problem}
        </p>
      )}
      <div className="divide-y divide-line">
        {lead}
        <SettingFields group={group} />
        {children}
      </div>
    </Card>
  );
}
