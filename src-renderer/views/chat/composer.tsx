/** The field for a question: it grows with the text, sends with Enter, and can stop a running answer. */
import { useEffect, useId, useState, type KeyboardEvent, type RefObject } from 'react';
import type { ModelEntry } from '../../../src-shared/api/models.ts';
import { Icon } from '../../components/icon.tsx';
import { ModelPicker } from '../../features/models/model-picker.tsx';
import { text } from '../../../src-shared/words/window.ts';

interface ComposerProps {
  textareaRef: RefObject<HTMLTextAreaElement | null>;
  models: readonly ModelEntry[];
  chosen: ModelEntry | null;
  onChoose: (manifestId: string) => void;
  answering: boolean;
  canAsk: boolean;
  onAsk: (question: string) => void;
  onStop: () => void;
}

const roundButton =
  'flex size-9 shrink-0 items-center justify-center rounded-full bg-accent text-on-accent transition-colors hover:bg-accent-strong disabled:opacity-40';

export function Composer(props: ComposerProps) {
  const { textareaRef, models, chosen, onChoose, answering, canAsk, onAsk, onStop } = props;
  const [draft, setDraft] = useState('');
  const keysId = useId();

  // A new conversation, or a return to this view, begins with typing.
  useEffect(() => textareaRef.current?.focus(), [textareaRef]);

  const question = draft.trim();
  const ready = canAsk && !answering && question !== '';

  const send = (): void => {
    if (ready) {
      onAsk(question);
      setDraft('');
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // An Enter that confirms a word of an input method does not send.
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      send();
    }
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      className="rounded-2xl border border-line bg-raised shadow-[0_1px_10px_-4px_rgb(0_0_0/0.18)] transition-colors focus-within:border-accent focus-within:ring-3 focus-within:ring-accent/15"
    >
      <textarea
        ref={textareaRef}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={onKeyDown}
        rows={1}
        placeholder={text.chat.placeholder}
        aria-label={text.chat.messageLabel}
        aria-describedby={keysId}
        className="field-sizing-content block max-h-48 min-h-12 w-full resize-none bg-transparent px-4 pt-3.5 pb-1 outline-none placeholder:text-muted"
      />
      <div className="flex items-center justify-between gap-3 px-2 pb-2">
        <ModelPicker models={models} chosen={chosen} onChoose={onChoose} />
        {answering ? (
          <button
            type="button"
            aria-label={text.chat.stop}
            title={text.chat.stop}
            onClick={onStop}
            className={roundButton}
          >
            <Icon name="stop" className="size-5 fill-current" />
          </button>
        ) : (
          <button
            type="submit"
            disabled={!ready}
            aria-label={text.chat.send}
            title={text.chat.send}
            className={roundButton}
          >
            <Icon name="send" className="size-5" />
          </button>
        )}
      </div>
      <p id={keysId} className="sr-only">
        {text.chat.keys}
      </p>
    </form>
  );
}
