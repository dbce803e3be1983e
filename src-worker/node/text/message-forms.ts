/**
 * The forms in which a conversation is given to a chat template. Many templates accept no system message, or only one at
 * the beginning, or only alternating turns of user and assistant; programs send messages in any order.
 */
import type { ChatMessage } from '../../../src-shared/chat.ts';

/**
 * The messages as sent; then with one system message at most, at the beginning; then as turns of user and assistant only.
 * Forms that are the same as an earlier one are left out.
 */
export function messageForms(messages: readonly ChatMessage[]): (readonly ChatMessage[])[] {
  const forms: (readonly ChatMessage[])[] = [messages];
  for (const form of [withOneSystemMessage(messages), turnsOf(messages)]) {
    if (forms.every((other) => !isSame(form, other))) {
      forms.push(form);
    }
  }
  return forms;
}

function withOneSystemMessage(messages: readonly ChatMessage[]): ChatMessage[] {
  const first = messages.findIndex(({ role }) => role !== 'system');
  const count = first === -1 ? messages.length - 1 : first;
  const system = joined(messages.slice(0, count));
  const turns = turnsOf(messages.slice(count));
  return system === '' ? turns : [{ role: 'system', content: system }, ...turns];
}

/** Alternating turns, the user's first. The text of a system message is put before the user's next text. */
function turnsOf(messages: readonly ChatMessage[]): ChatMessage[] {
  const turns: ChatMessage[] = [];
  for (const message of messages) {
    const turn = asTurn(message);
    const last = turns.at(-1);
    if (last?.role === turn.role) {
      turns[turns.length - 1] = { role: turn.role, content: joined([last, turn]) };
    } else {
      turns.push(turn);
    }
  }
  return turns[0]?.role === 'assistant' ? [{ role: 'user', content: '' }, ...turns] : turns;
}

function asTurn({ role, content }: ChatMessage): ChatMessage {
  if (role === 'assistant') {
    return { role, content };
  }
  return { role: 'user', content: role === 'tool' ? `Result of a tool:\n${content}` : content };
}

function joined(messages: readonly ChatMessage[]): string {
  return messages
    .map(({ content }) => content)
    .filter((content) => content !== '')
    .join('\n\n');
}

function isSame(one: readonly ChatMessage[], other: readonly ChatMessage[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ role, content }, index) => {
      const same = other[index];
      return role === same?.role && content === same.content;
    })
  );
}
