/** Why there is no answer, in a sentence, with a button that tries again. */
import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';
import type { Failure } from '../../features/chat/chat-state.ts';
import { text } from '../../../src-shared/words/window.ts';

export function AnswerFailure({
  failure,
  onRetry,
}: {
  failure: Failure;
  onRetry: (() => void) | null;
}) {
  const title =
    failure.kind === 'connection-lost'
      ? text.chat.connectionLost
      : text.chat.failures[failure.code];
  return (
    <div role="alert">
      <Notice
        look="bad"
        title={title}
        action={
          onRetry === null ? null : (
            <Button icon="again" onClick={onRetry} className="shrink-0 text-ink">
              {text.chat.retry}
            </Button>
          )
        }
      >
        {failure.kind === 'reported' ? failure.message : undefined}
      </Notice>
    </div>
  );
}
