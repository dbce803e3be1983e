/** The chat: the conversation so far, or suggestions for a beginning, and the field for a question. */
import { useRef, useState } from 'react';
import type { HostSnapshot } from '../../../src-shared/api/snapshot.ts';
import { Button } from '../../components/button.tsx';
import { AnswerAnnouncer } from '../../features/chat/answer-announcer.tsx';
import type { AskedModel, ChatSession } from '../../features/chat/chat-session.ts';
import { isAnswering } from '../../features/chat/chat-state.ts';
import { useChat } from '../../features/chat/use-chat.ts';
import { useStickToEnd } from '../../features/chat/use-stick-to-end.ts';
import { useHostView } from '../../features/host-client/host-context.tsx';
import { chosenModel, isDemoModel } from '../../features/models/model-choice.ts';
import { text } from '../../../src-shared/words/window.ts';
import { ChatNotes } from './chat-notes.tsx';
import { Composer } from './composer.tsx';
import { Conversation } from './conversation.tsx';
import { EmptyChat } from './empty-chat.tsx';

export function ChatView({ session, snapshot }: { session: ChatSession; snapshot: HostSnapshot }) {
  const chat = useChat(session);
  const { exchanges } = chat;
  const answering = isAnswering(chat);
  const connected = useHostView().connection === 'connected';
  const [preferredId, setPreferredId] = useState<string | null>(null);
  const composerRef = useRef<HTMLTextAreaElement>(null);
  const { scrollerRef, contentRef, atEnd, toEnd } = useStickToEnd();

  const models = snapshot.node?.models ?? [];
  const model = chosenModel(models, preferredId);
  const running = snapshot.state === 'running' && snapshot.node !== null;
  const asked: AskedModel | null =
    model === null || !running || !connected
      ? null
      : { id: model.manifestId, name: model.name, demo: isDemoModel(model) };

  const empty = exchanges.length === 0;

  const ask = (question: string): void => {
    if (asked !== null) {
      session.ask(question, asked);
      toEnd();
      composerRef.current?.focus();
    }
  };
  const retry = (): void => {
    if (asked !== null) {
      session.retry(asked);
      composerRef.current?.focus();
    }
  };
  const stop = (): void => {
    session.stop();
    composerRef.current?.focus();
  };

  return (
    <div
      className="flex min-h-0 grow flex-col"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && answering) {
          stop();
        }
      }}
    >
      <h1 className="sr-only">{text.chat.title}</h1>
      <div
        ref={scrollerRef}
        // Long answers are scrolled with the arrow keys, so the keyboard must reach them.
        role="region"
        aria-label={text.chat.conversation}
        tabIndex={empty ? undefined : 0}
        className="relative min-h-0 grow overflow-y-auto focus-visible:-outline-offset-2"
      >
        <div ref={contentRef} className="mx-auto flex min-h-full w-full max-w-2xl flex-col px-4">
          {empty ? (
            <EmptyChat disabled={asked === null} onAsk={ask} />
          ) : (
            <Conversation
              exchanges={exchanges}
              ownPeer={snapshot.node?.peer ?? null}
              onRetry={asked === null ? null : retry}
            />
          )}
        </div>
      </div>
      <div className="relative mx-auto w-full max-w-2xl px-4 pb-3">
        {atEnd || empty ? null : (
          <div className="absolute inset-x-0 -top-11 flex justify-center">
            <Button icon="down" onClick={toEnd} className="shadow-sm">
              {text.chat.toLatest}
            </Button>
          </div>
        )}
        <Composer
          key={chat.conversation}
          textareaRef={composerRef}
          models={models}
          chosen={model}
          onChoose={setPreferredId}
          answering={answering}
          canAsk={asked !== null}
          onAsk={ask}
          onStop={stop}
        />
        <ChatNotes model={model} node={running ? snapshot.node : null} duty={snapshot.duty} />
      </div>
      <AnswerAnnouncer answer={exchanges.at(-1)?.answer ?? null} />
    </div>
  );
}
