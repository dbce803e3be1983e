/** Says above every view that there is no connection to the host, until there is one. */
import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';
import { text } from '../../../src-shared/words/window.ts';
import { useHost, useHostView } from '../host-client/host-context.tsx';

const words = text.connection;

export function ConnectionBanner() {
  const host = useHost();
  const { connection } = useHostView();
  const shown = connection === 'lost' || connection === 'signed-out';
  const lost = connection === 'lost';
  return (
    <div role="status">
      {shown ? (
        <div className="p-3">
          <Notice
            look="warning"
            title={lost ? words.lostTitle : words.signedOutTitle}
            action={
              <Button onClick={() => host.reconnectNow()} className="shrink-0 text-ink">
                {lost ? words.tryNow : words.tryAgain}
              </Button>
            }
          >
            {lost ? words.lost : words.signedOut}
          </Notice>
        </div>
      ) : null}
    </div>
  );
}
