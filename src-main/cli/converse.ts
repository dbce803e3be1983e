/** A conversation in a terminal: lines in, answers out, Ctrl-C stops the answer first. */
import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import type { ChatMessage } from '../../src-shared/chat.ts';
import { AppError, toAppError } from '../../src-shared/errors.ts';
import { ask, type Asked, tellReceipt } from './ask.ts';
import type { HostConnection } from './host-connection.ts';
import { printableText } from './printable-text.ts';
import { note } from './terminal.ts';
import { commandResults } from '../../src-shared/words/command-line.ts';

/** The two ends of a terminal. */
export type Terminal = { readonly input: Readable; readonly output: Writable };

/** Answers each line until the input ends, or until Ctrl-C is pressed while no answer is under way. */
export async function converse(
  connection: HostConnection,
  asked: Asked,
  opening: readonly ChatMessage[],
  { input, output }: Terminal,
): Promise<void> {
  const terminal = createInterface({ input, output, terminal: true });
  let messages = [...opening];
  let answering: AbortController | undefined;
  terminal.on('SIGINT', () => {
    if (answering === undefined) {
      terminal.close();
    } else {
      answering.abort();
    }
  });
  note(commandResults.askSomething);
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
          asked,
          [...messages, question],
          answering.signal,
          (piece) => {
            text += piece;
            output.write(printableText(piece));
          },
        );
        output.write('\n');
        tellReceipt(connection, answer.receipt);
      } catch (error) {
        output.write('\n');
        tellFailure(error);
      }
      answering = undefined;
      // The conversation keeps a stopped answer as far as it came.
      if (text !== '') {
        messages = [...messages, question, { role: 'assistant', content: text }];
      }
    }
    terminal.prompt();
  }
}

function tellFailure(thrown: unknown): void {
  const error = toAppError(thrown);
  note(
    error instanceof AppError && error.code === 'cancelled'
      ? commandResults.stopped
      : error.message,
  );
}
