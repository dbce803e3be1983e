/** Settings of the desktop app itself: its start, its updates, its logs. */
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { useDesktop, useShell } from '../../features/desktop-shell/desktop-context.tsx';
import { SettingsGroup } from '../../features/settings/settings-group.tsx';
import { text } from '../../../src-shared/words/window.ts';

const words = text.settings.app;

export function AppGroup({ version }: { version: string }) {
  const api = useDesktop();
  const update = useShell()?.update;
  const [hasFailed, setHasFailed] = useState(false);
  const showLogs = (): void => {
    setHasFailed(false);
    api?.openLogs().catch(() => setHasFailed(true));
  };
  return (
    <SettingsGroup group="app">
      <div className="flex flex-wrap items-center justify-between gap-3 pt-3.5">
        <p className="text-sm text-muted">
          {words.version} {version}.{' '}
          {update === undefined ? '' : (update.message ?? words.updates[update.state])}
        </p>
        <Button icon="folder" onClick={showLogs}>
          {words.logs}
        </Button>
        {hasFailed ? (
          <p role="alert" className="w-full text-sm text-bad">
            {words.logsFailed}
          </p>
        ) : null}
      </div>
    </SettingsGroup>
  );
}
