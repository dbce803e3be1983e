import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../src-shared/chat.ts';
import { messageForms } from './message-forms.ts';

const roles = { S: 'system', U: 'user', A: 'assistant', T: 'tool' } as const;

/** One message for each letter, whose content is the letter and its place. */
function conversation(letters: string): ChatMessage[] {
  return letters.split('').map((letter, index) => ({
    role: roles[letter as keyof typeof roles],
    content: `${letter}${index}`,
  }));
}

/** A form in short: the first letter of each role, and the content. */
function shown(messages: readonly ChatMessage[]): string {
  return messages
    .map(
      ({ role, content }) =>
        `${role.charAt(0)}(${content.replaceAll('\n\n', ' ').replace(':\n', ': ')})`,
    )
    .join(' ');
}

describe('the forms of a conversation', () => {
  it.each([
    ['U', []],
    ['UAU', []],
    ['SU', ['u(S0 U1)']],
    ['SUAU', ['u(S0 U1) a(A2) u(U3)']],
    ['SSU', ['s(S0 S1) u(U2)', 'u(S0 S1 U2)']],
    ['SUASU', ['s(S0) u(U1) a(A2) u(S3 U4)', 'u(S0 U1) a(A2) u(S3 U4)']],
    ['USA', ['u(U0 S1) a(A2)']],
    ['UUAU', ['u(U0 U1) a(A2) u(U3)']],
    ['AU', ['u() a(A0) u(U1)']],
    ['SAU', ['s(S0) u() a(A1) u(U2)', 'u(S0) a(A1) u(U2)']],
    ['UAAU', ['u(U0) a(A1 A2) u(U3)']],
    ['UTU', ['u(U0 Result of a tool: T1 U2)']],
    ['UAT', ['u(U0) a(A1) u(Result of a tool: T2)']],
    ['S', ['u(S0)']],
    ['A', ['u() a(A0)']],
  ])('%s are as sent first, and then folded', (letters, folded) => {
    const messages = conversation(letters);
    expect(messageForms(messages).map(shown)).toEqual([shown(messages), ...folded]);
  });

  it('all have every content in order, and the last has only turns of user and assistant', () => {
    const any = fc.array(fc.constantFrom('S', 'U', 'A', 'T'), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(any, (letters) => {
        const messages = conversation(letters.join(''));
        const forms = messageForms(messages);
        for (const form of forms) {
          const contents = form.map(({ content }) => content).join(' ');
          expect(contents.match(/[SUAT]\d+/g)).toEqual(messages.map(({ content }) => content));
        }
        const last = forms.at(-1)?.map(({ role }) => role);
        expect(last).toEqual(last?.map((_, index) => (index % 2 === 0 ? 'user' : 'assistant')));
      }),
    );
  });
});
