/** A question, exactly as it was typed. */
import { memo } from 'react';
import { text } from '../../../src-shared/words/window.ts';

export const QuestionMessage = memo(function QuestionMessage({ question }: { question: string }) {
  return (
    <div className="flex justify-end">
      <h2 className="sr-only">{text.chat.you}</h2>
      <p className="max-w-[85%] rounded-2xl rounded-br-md bg-soft px-4 py-2.5 wrap-anywhere whitespace-pre-wrap">
        {question}
      </p>
    </div>
  );
});
