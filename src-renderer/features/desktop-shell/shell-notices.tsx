/** What the desktop app around the window has to say: an update that waits, and that closing the window ends it all. */
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

/** Nothing else shows the app where the desktop has no place for its icon. */
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
