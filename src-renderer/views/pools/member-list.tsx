/** The members of a pool, each with a button that removes it. */
import { useState } from 'react';
import type { Pool, PoolMember } from '../../../src-shared/pool.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Problem } from '../../components/problem.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { useHost } from '../../features/host-client/host-context.tsx';
import { useAction } from '../../features/host-client/use-action.ts';
import { useNow } from '../../features/node/use-now.ts';
import { mayRemove } from '../../features/pools/pool-rights.ts';
import { shortPeer, text } from '../../../src-shared/words/window.ts';

const words = text.pools;

function Presence({ isSelf, connected }: PoolMember) {
  if (isSelf) {
    return <StateBadge tone="good">{words.presence.self}</StateBadge>;
  }
  return (
    <StateBadge tone={connected ? 'good' : 'quiet'}>
      {connected ? words.presence.connected : words.presence.away}
    </StateBadge>
  );
}

export function MemberList({ pool }: { pool: Pool }) {
  const host = useHost();
  const now = useNow();
  const { isAsking, problem, follow } = useAction();
  const [removing, setRemoving] = useState<PoolMember | null>(null);

  const remove = ({ peer }: PoolMember): void => {
    setRemoving(null);
    follow(host.request('poolRevoke', { pool: pool.id, target: peer }));
  };
  return (
    <section aria-label={words.members}>
      <h3 className="mb-1 text-xs text-muted">{words.memberCount(pool.members.length)}</h3>
      <ul className="divide-y divide-line">
        {pool.members.map((member) => (
          <li
            key={member.peer}
            className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1 py-2"
          >
            <div className="min-w-0">
              <p className="flex flex-wrap items-center gap-x-2" title={member.peer}>
                <span className="font-medium wrap-anywhere">{member.name}</span>
                <span className="inline-flex items-center font-mono text-xs text-muted">
                  {shortPeer(member.peer)}
                  <CopyButton value={member.peer} label={words.copyPeerId(member.name)} />
                </span>
              </p>
              <p className="text-xs text-muted">
                {pool.isOwner && member.isSelf ? words.owner : words.roles[member.role]} ·{' '}
                {words.since(now - member.issuedAt)}
              </p>
            </div>
            <div className="flex items-center gap-3">
              <Presence {...member} />
              {mayRemove(pool, member) ? (
                <Button
                  disabled={isAsking}
                  aria-label={words.removeAria(member.name)}
                  onClick={() => setRemoving(member)}
                >
                  {words.remove}
                </Button>
              ) : null}
            </div>
          </li>
        ))}
      </ul>
      <Problem>{problem}</Problem>
      {removing === null ? null : (
        <ConfirmDialog
          title={words.removeTitle(removing.name, pool.name)}
          confirm={words.removeConfirm}
          onConfirm={() => remove(removing)}
          onCancel={() => setRemoving(null)}
        >
          {removing.role === 'admin' ? words.removeAdminSentence : words.removeSentence}
        </ConfirmDialog>
      )}
    </section>
  );
}
