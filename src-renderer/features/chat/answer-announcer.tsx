/** Gives an answer to screen readers while it streams, in sentences, without interrupting them. */
import { useEffect, useRef } from 'react';
import { text } from '../../../src-shared/words/window.ts';
import { nextAnnouncement } from './announcements.ts';
import type { Answer } from './chat-state.ts';

export function AnswerAnnouncer({ answer }: { answer: Answer | null }) {
  const region = useRef<HTMLDivElement>(null);
  const spoken = useRef({ attempt: 0, characters: 0 });

  useEffect(() => {
    if (region.current === null || answer === null) {
      return;
    }
    if (spoken.current.attempt !== answer.attempt) {
      spoken.current = { attempt: answer.attempt, characters: 0 };
      region.current.textContent = text.chat.answering;
    }
    const finished = answer.status !== 'waiting' && answer.status !== 'streaming';
    const next = nextAnnouncement(answer.text, spoken.current.characters, finished);
    if (next.trim() !== '') {
      spoken.current.characters += next.length;
      region.current.textContent = next;
    }
  }, [answer]);

  return <div ref={region} role="status" aria-live="polite" className="sr-only" />;
}
