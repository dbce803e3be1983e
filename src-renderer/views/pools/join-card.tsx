/** Joins a pool by an invite that was pasted, or opened as a link. It shows the invite's content before joining. */
import { type SyntheticEvent, useState } from 'react';
import { inviteLinkStart, maxInviteLink } from '../../../src-shared/pool.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { TextField } from '../../components/field.tsx';
import { Problem } from '../../components/problem.tsx';
import { useOpenedInvite } from '../../features/desktop-shell/desktop-context.tsx';
import { useHost } from '../../features/host-client/host-context.tsx';
import { useAction } from '../../features/host-client/use-action.ts';
import { useNow } from '../../features/node/use-now.ts';
import { memberName } from '../../features/pools/member-name.ts';
import { useInvite } from '../../features/pools/use-invite.ts';
import { shortPeer, text } from '../../../src-shared/words/window.ts';

const words = text.pools;

function JoinForm({ opened, onJoined }: { opened: string; onJoined: () => void }) {
  const host = useHost();
  const now = useNow();
  const { isAsking, problem, follow } = useAction();
  const [link, setLink] = useState(opened);
  const [member, setMember] = useState('');
  const [joined, setJoined] = useState<string | null>(null);
  const read = useInvite(link);
  const name = memberName(member);
  const canJoin = read.state === 'read' && name !== null && !isAsking;

  const join = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (name === null || !canJoin) {
      return;
    }
    setJoined(null);
    follow(host.request('poolJoin', { link: link.trim(), ...name }), (pool) => {
      setJoined(pool.name);
      setLink('');
      onJoined();
    });
  };
  return (
    <form onSubmit={join} className="space-y-3">
      <p className="text-sm text-muted">{words.joinSentence}</p>
      <TextField
        label={words.joinLink}
        placeholder={words.joinPlaceholder}
        value={link}
        maxLength={maxInviteLink}
        aria-invalid={read.state === 'refused'}
        onChange={({ target }) => setLink(target.value)}
      />
      <div role="status" className="text-sm">
        {read.state === 'reading' ? <p className="text-muted">{words.reading}</p> : null}
        {read.state === 'read' ? (
          <>
            <p className="font-medium wrap-anywhere">
              {words.invitesYou(read.invite.name, read.invite.role)}
            </p>
            <p className="text-muted">
              {words.joinedAs[read.invite.role]}{' '}
              {words.inviteFrom(shortPeer(read.invite.inviter), read.invite.expiresAt - now)}
            </p>
          </>
        ) : null}
        {isAsking ? <p className="mt-2 text-muted">{words.joining}</p> : null}
        {joined === null ? null : <p className="text-good">{words.joined(joined)}</p>}
      </div>
      {read.state === 'read' ? (
        <TextField
          label={words.memberName}
          help={words.memberNameHelp}
          placeholder={words.memberPlaceholder}
          value={member}
          onChange={({ target }) => setMember(target.value)}
        />
      ) : null}
      <Problem>
        {read.state === 'refused' ? read.problem : name === null ? words.nameProblem : problem}
      </Problem>
      <Button look="main" type="submit" disabled={!canJoin}>
        {words.joinNow}
      </Button>
    </form>
  );
}

export function JoinCard() {
  const { invite, request, forget } = useOpenedInvite();
  return (
    <Card title={words.join}>
      <JoinForm
        // A link that was just opened starts the form again.
        key={request}
        opened={invite === null ? '' : `${inviteLinkStart}${invite}`}
        onJoined={forget}
      />
    </Card>
  );
}
