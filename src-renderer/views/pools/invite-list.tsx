/** Open invites of this computer, each with a button that closes it. */
import { useState } from 'react';
import type { Pool, PoolInvite } from '../../../src-shared/pool.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Problem } from '../../components/problem.tsx';
import { useHost } from '../../features/host-client/host-context.tsx';
import { useAction } from '../../features/host-client/use-action.ts';
import { useNow } from '../../features/node/use-now.ts';
import { text } from '../../../src-shared/words/window.ts';

const words = text.pools;

export function InviteList({ pool }: { pool: Pool }) {
  const host = useHost();
  const now = useNow();
  const { isAsking, problem, follow } = useAction();
  const [closing, setClosing] = useState<PoolInvite | null>(null);

  const close = ({ id }: PoolInvite): void => {
    setClosing(null);
    follow(host.request('poolRevoke', { pool: pool.id, target: id }));
  };
  return (
    <section aria-label={words.invites}>
      <h3 className="mb-1 text-xs text-muted">{words.invites}</h3>
      <ul className="divide-y divide-line">
        {pool.invites.map((invite) => (
          <li key={invite.id} className="flex items-center justify-between gap-3 py-2 text-sm">
            <span className="min-w-0 wrap-anywhere">
              {words.inviteLine(invite.role, invite.usesLeft, invite.expiresAt - now)}
              <span className="ml-2 font-mono text-xs text-muted">{invite.id}</span>
            </span>
            <Button
              disabled={isAsking}
              aria-label={words.closeAria(invite.id)}
              onClick={() => setClosing(invite)}
            >
              {words.close}
            </Button>
          </li>
        ))}
      </ul>
      <Problem>{problem}</Problem>
      {closing === null ? null : (
        <ConfirmDialog
          title={words.closeTitle}
          confirm={words.closeConfirm}
          onConfirm={() => close(closing)}
          onCancel={() => setClosing(null)}
        >
          {words.closeSentence}
        </ConfirmDialog>
      )}
    </section>
  );
}
