/** What the host gets with a question: the conversation before it, and how to sample. */
import type { ChatMessage, ChatRequestInput } from '../../../src-shared/chat.ts';
import type { Exchange } from './chat-state.ts';

/** The question with the conversation before it. Questions that got no text as an answer are left out. */
export function messagesFor(before: readonly Exchange[], question: string): ChatMessage[] {
  const answered = before.filter(({ answer }) => answer.text.trim() !== '');
  return [
    ...answered.flatMap((exchange): ChatMessage[] => [
      { role: 'user', content: exchange.question },
      { role: 'assistant', content: exchange.answer.text },
    ]),
    { role: 'user', content: question },
  ];
}

/**
 * How to sample. Random sampling is too much for the small demo model, so its first answer is greedy; a repeated
 * answer should differ. `random`, in [0, 1), gives the seed.
 */
export function samplingFor(
  model: { readonly demo: boolean },
  again: boolean,
  random: number,
): NonNullable<ChatRequestInput['sampling']> {
  if (model.demo && !again) {
    return { temperature: 0 };
  }
  return { temperature: 0.7, topP: 0.95, minP: 0.05, seed: Math.floor(random * 0x1_0000_0000) };
}
