/** One answer: its text, how it ended, and buttons for it. */
import { memo, useId, useState } from 'react';
import { IconButton } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Mark } from '../../components/mark.tsx';
import type { Answer } from '../../features/chat/chat-state.ts';
import { Markdown } from '../../features/markdown/markdown.tsx';
import { ReceiptDetails } from '../../features/receipt/receipt-details.tsx';
import { ReceiptLine } from '../../features/receipt/receipt-line.tsx';
import { text } from '../../../src-shared/words/window.ts';
import { AnswerFailure } from './answer-failure.tsx';

interface AnswerMessageProps {
  answer: Answer;
  ownPeer: string | null;
  /** null when this answer cannot be asked for again. */
  onRetry: (() => void) | null;
}

/** A remark of the app about the answer. */
function remarkOn({ status, text: words, cutShort }: Answer): string | null {
  if (status === 'stopped') {
    return words === '' ? text.chat.stoppedEmpty : text.chat.stopped;
  }
  if (status === 'done' && words.trim() === '') {
    return text.chat.emptyAnswer;
  }
  return cutShort ? text.chat.cutShort : null;
}

function Waiting() {
  return (
    <p className="flex items-center gap-2.5 text-muted">
      <span aria-hidden="true" className="size-2.5 animate-breathe rounded-full bg-accent" />
      {text.chat.thinking}
    </p>
  );
}

function AnswerFooter({ answer, ownPeer, onRetry }: AnswerMessageProps) {
  const [open, setOpen] = useState(false);
  const detailsId = useId();
  const { receipt } = answer;
  return (
    <footer className="-ml-2">
      <div className="flex flex-wrap items-center">
        {answer.text === '' ? null : (
          <CopyButton value={answer.text} label={text.chat.copyAnswer} />
        )}
        {onRetry === null ? null : (
          <IconButton icon="again" label={text.chat.regenerate} onClick={onRetry} />
        )}
        {receipt === null ? null : (
          <ReceiptLine
            receipt={receipt}
            ownPeer={ownPeer}
            open={open}
            detailsId={detailsId}
            onToggle={() => setOpen(!open)}
          />
        )}
      </div>
      {receipt === null || !open ? null : (
        <div className="pl-2">
          <ReceiptDetails id={detailsId} receipt={receipt} ownPeer={ownPeer} />
        </div>
      )}
    </footer>
  );
}

export const AnswerMessage = memo(function AnswerMessage(props: AnswerMessageProps) {
  const { answer, onRetry } = props;
  const remark = remarkOn(answer);
  const ended = answer.status === 'done' || answer.status === 'stopped';
  return (
    <article className="flex gap-3" aria-busy={!ended && answer.status !== 'failed'}>
      <Mark className="mt-0.5 size-6 max-sm:hidden" />
      <div className="min-w-0 grow space-y-1.5">
        <h2 className="sr-only">{answer.model}</h2>
        {answer.status === 'waiting' ? <Waiting /> : null}
        {answer.text === '' ? null : <Markdown text={answer.text} />}
        {remark === null ? null : <p className="text-sm text-muted italic">{remark}</p>}
        {answer.failure === null ? null : (
          <AnswerFailure failure={answer.failure} onRetry={onRetry} />
        )}
        {ended ? <AnswerFooter {...props} /> : null}
      </div>
    </article>
  );
});
