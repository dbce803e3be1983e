/** One pool: this computer's membership, the members, the open invites, and a button that leaves it. */
import { useState } from 'react';
import type { Pool } from '../../../src-shared/pool.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Notice } from '../../components/notice.tsx';
import { Problem } from '../../components/problem.tsx';
import { useHost } from '../../features/host-client/host-context.tsx';
import { useAction } from '../../features/host-client/use-action.ts';
import { mayInvite } from '../../features/pools/pool-rights.ts';
import { text } from '../../../src-shared/words/window.ts';
import { InviteForm } from './invite-form.tsx';
import { InviteList } from './invite-list.tsx';
import { MemberList } from './member-list.tsx';

const words = text.pools;

function Standing({ state }: Pick<Pool, 'state'>) {
  if (state === 'active') {
    return null;
  }
  const { title, sentence } = words.standing[state];
  return (
    <Notice look="warning" title={title}>
      {sentence}
    </Notice>
  );
}

export function PoolCard({ pool }: { pool: Pool }) {
  const host = useHost();
  const { isAsking, problem, follow } = useAction();
  const [isInviting, setIsInviting] = useState(false);
  const [isLeaving, setIsLeaving] = useState(false);
  const isActive = pool.state === 'active';

  const leave = (): void => {
    setIsLeaving(false);
    follow(host.request('poolLeave', { pool: pool.id, forGood: pool.isOwner }));
  };
  return (
    <Card
      title={pool.name}
      aside={
        <span className="text-xs text-muted">
          {pool.isOwner ? words.owner : words.roles[pool.role]}
        </span>
      }
    >
      <div className="space-y-4">
        <Standing state={pool.state} />
        <MemberList pool={pool} />
        {pool.invites.length === 0 ? null : <InviteList pool={pool} />}
        {isInviting ? <InviteForm pool={pool} onEnd={() => setIsInviting(false)} /> : null}
        <Problem>{problem}</Problem>
        <div className="flex flex-wrap gap-2 border-t border-line pt-4">
          {mayInvite(pool) && !isInviting ? (
            <Button
              look="main"
              icon="plus"
              aria-label={words.inviteAria(pool.name)}
              onClick={() => setIsInviting(true)}
            >
              {words.invite}
            </Button>
          ) : null}
          <Button
            disabled={isAsking}
            aria-label={isActive ? words.leaveAria(pool.name) : words.forgetAria(pool.name)}
            onClick={() => setIsLeaving(true)}
          >
            {isActive ? words.leave : words.forget}
          </Button>
        </div>
      </div>
      {isLeaving ? (
        <ConfirmDialog
          title={words.leaveTitle(pool.name)}
          confirm={pool.isOwner ? words.leaveOwnerConfirm : words.leaveConfirm}
          onConfirm={leave}
          onCancel={() => setIsLeaving(false)}
        >
          {pool.isOwner ? words.leaveOwnerSentence : words.leaveSentence}
        </ConfirmDialog>
      ) : null}
    </Card>
  );
}
