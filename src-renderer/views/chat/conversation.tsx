/** All questions and answers of a conversation, oldest first. */
import type { Exchange } from '../../features/chat/chat-state.ts';
import { AnswerMessage } from './answer-message.tsx';
import { QuestionMessage } from './question-message.tsx';

export function Conversation({
  exchanges,
  ownPeer,
  onRetry,
}: {
  exchanges: readonly Exchange[];
  ownPeer: string | null;
  /** null while nothing can be asked. */
  onRetry: (() => void) | null;
}) {
  return (
    <ol className="space-y-6 py-6">
      {exchanges.map(({ id, question, answer }, index) => (
        <li key={id} className="space-y-5">
          <QuestionMessage question={question} />
          <AnswerMessage
            answer={answer}
            ownPeer={ownPeer}
            onRetry={index === exchanges.length - 1 ? onRetry : null}
          />
        </li>
      ))}
    </ol>
  );
}
