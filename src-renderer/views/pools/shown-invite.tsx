/** A new invite: its link, and the link as a QR code. It is shown only this once. */
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import type { PoolResult } from '../../../src-shared/api/pools.ts';
import { invitePicture } from '../../features/pools/invite-picture.ts';
import { useNow } from '../../features/node/use-now.ts';
import { text } from '../../../src-shared/words/window.ts';

const words = text.pools;

export function ShownInvite({
  invite: { link, pool, role, usesLeft, expiresAt },
  onDone,
}: {
  invite: PoolResult<'poolInvite'>;
  onDone: () => void;
}) {
  const now = useNow();
  const picture = invitePicture(link);
  return (
    <section aria-label={words.inviteReady(pool)} className="space-y-3 rounded-xl bg-canvas p-4">
      <h3 className="font-medium wrap-anywhere">{words.inviteReady(pool)}</h3>
      <p className="text-sm">
        {words.inviteUse(role, usesLeft, expiresAt - now)} {words.inviteSentence}
      </p>
      <div className="flex flex-wrap items-start gap-4">
        <div className="min-w-0 grow basis-64">
          <p className="flex items-center justify-between text-xs text-muted">
            {words.inviteLink}
            <CopyButton value={link} label={words.copyLink} />
          </p>
          <p
            role="group"
            tabIndex={0}
            aria-label={words.inviteLink}
            className="max-h-52 overflow-y-auto rounded-lg border border-line bg-surface px-3 py-2 font-mono text-[0.8125rem] break-all select-all"
          >
            {link}
          </p>
        </div>
        {picture === null ? (
          <p className="text-sm text-muted">{words.qrTooLong}</p>
        ) : (
          <figure className="shrink-0 space-y-1">
            <img src={picture} alt={words.qrCode} className="size-56 rounded-lg" />
            <figcaption className="text-xs text-muted">{words.qrSentence}</figcaption>
          </figure>
        )}
      </div>
      <Button onClick={onDone}>{words.done}</Button>
    </section>
  );
}
