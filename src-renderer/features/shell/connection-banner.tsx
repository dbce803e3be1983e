/** Says that the host is not answering, above whatever is shown, until it answers again. */
import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';
import { text } from '../../locales/text.ts';
import { useHost, useHostView } from '../host-client/host-context.tsx';

export function ConnectionBanner() {
  const host = useHost();
  const { connection } = useHostView();
  return (
    <div role="status">
      {connection === 'lost' ? (
        <div className="p-3">
          <Notice
            look="warning"
            title={text.connection.lostTitle}
            action={
              <Button onClick={() => host.reconnectNow()} className="text-ink">
                {text.connection.tryNow}
              </Button>
            }
          >
            {text.connection.lost}
          </Notice>
        </div>
      ) : null}
    </div>
  );
}
