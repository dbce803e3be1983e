/** What the desktop app around the window has to say: an update that waits, an invite that was opened. */
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';
import { text } from '../../locales/text.ts';
import { DismissButton } from '../warnings/dismiss-button.tsx';
import { useDesktop, useShell } from './desktop-context.tsx';

const words = text.desktop;

export function ShellNotices() {
  const api = useDesktop();
  const shell = useShell();
  const [putOffVersion, setPutOffVersion] = useState<string | null>(null);
  const [readRequest, setReadRequest] = useState(0);
  const [hasFailed, setHasFailed] = useState(false);
  if (api === null || shell === null) {
    return null;
  }
  const { update, deepLink, request } = shell;
  const version = update.version ?? '';
  const install = (): void => {
    setHasFailed(false);
    api.installUpdate().catch(() => setHasFailed(true));
  };
  return (
    <>
      {update.state === 'ready' && version !== putOffVersion ? (
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
      ) : null}
      {deepLink?.kind === 'join' && request !== readRequest ? (
        <Notice
          look="info"
          title={words.invite}
          action={<DismissButton onDismiss={() => setReadRequest(request)} />}
        >
          {words.inviteSentence}
        </Notice>
      ) : null}
    </>
  );
}
