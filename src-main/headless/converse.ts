/** A conversation in a terminal: lines in, answers out, Ctrl-C stops the answer first. */
import { createInterface } from 'node:readline/promises';
import type { ChatMessage } from '../../src-shared/chat.ts';
import { AppError, toAppError } from '../../src-shared/errors.ts';
import { ask, tellReceipt } from './ask.ts';
import type { HostConnection } from './host-connection.ts';
import { note } from './terminal.ts';

export async function converse(
  connection: HostConnection,
  model: string,
  opening: readonly ChatMessage[],
): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  let messages = [...opening];
  let answering: AbortController | undefined;
  terminal.on('SIGINT', () => {
    if (answering === undefined) {
      terminal.close();
    } else {
      answering.abort();
    }
  });
  note('Ask something. Ctrl-C stops an answer; Ctrl-D ends the conversation.');
  terminal.setPrompt('> ');
  terminal.prompt();
  for await (const line of terminal) {
    const question: ChatMessage = { role: 'user', content: line.trim() };
    if (question.content !== '') {
      answering = new AbortController();
      let text = '';
      try {
        const answer = await ask(
          connection,
          model,
          [...messages, question],
          answering.signal,
          (piece) => {
            text += piece;
            process.stdout.write(piece);
          },
        );
        process.stdout.write('\n');
        tellReceipt(connection, answer.receipt);
      } catch (error) {
        process.stdout.write('\n');
        tellFailure(error);
      }
      answering = undefined;
      // A stopped answer is part of what was said, as far as it came.
      messages = [...messages, question, { role: 'assistant', content: text }];
    }
    terminal.prompt();
  }
}

function tellFailure(thrown: unknown): void {
  const error = toAppError(thrown);
  note(error instanceof AppError && error.code === 'cancelled' ? '(stopped)' : error.message);
}
