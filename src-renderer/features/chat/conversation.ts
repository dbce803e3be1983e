/** What a question is sent to the model with: the conversation before it, and how to pick tokens. */
import type { ChatMessage, ChatRequestInput } from '../../../src-shared/chat.ts';
import type { Exchange } from './chat-state.ts';

/** The question with all that was said before it. Questions that got no word of an answer are left out. */
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
 * How tokens are picked. The demo model is too small to be left to chance, so its first answer is greedy;
 * an answer asked for once more should differ. `random` in [0, 1) makes the seed.
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
