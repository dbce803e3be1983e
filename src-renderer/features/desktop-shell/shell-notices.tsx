/** Notices of the desktop app: an update is ready, or closing the window ends the app. */
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';
import { text } from '../../../src-shared/words/window.ts';
import { DismissButton } from '../warnings/dismiss-button.tsx';
import { useDesktop, useShell } from './desktop-context.tsx';

const words = text.desktop;

export function ShellNotices() {
  return (
    <>
      <NoTrayNotice />
      <UpdateNotice />
    </>
  );
}

/** Where the desktop has no place for a tray icon, only the window shows the app. */
function NoTrayNotice() {
  const shell = useShell();
  const [isDismissed, setIsDismissed] = useState(false);
  if (shell === null || shell.hasTray || isDismissed) {
    return null;
  }
  return (
    <Notice
      look="info"
      title={words.noTray}
      action={<DismissButton onDismiss={() => setIsDismissed(true)} />}
    >
      {words.noTraySentence}
    </Notice>
  );
}

function UpdateNotice() {
  const api = useDesktop();
  const shell = useShell();
  const [putOffVersion, setPutOffVersion] = useState<string | null>(null);
  const [hasFailed, setHasFailed] = useState(false);
  const version = shell?.update.version ?? '';
  if (api === null || shell?.update.state !== 'ready' || version === putOffVersion) {
    return null;
  }
  const install = (): void => {
    setHasFailed(false);
    api.installUpdate().catch(() => setHasFailed(true));
  };
  return (
    <Notice
      look="info"
      title={words.updateReady(version)}
      action={
        <span className="flex shrink-0 items-center gap-1 max-sm:flex-col">
          <Button onClick={install} className="text-ink">
            {words.restartToUpdate}
          </Button>
          <DismissButton onDismiss={() => setPutOffVersion(version)} />
        </span>
      }
    >
      {hasFailed ? words.updateFailed : words.updateSentence}
    </Notice>
  );
}
