/** One choice of a chat: turns a generation's tokens into text events, and accounts for it at the end. */
import type { ChatEvent, Receipt } from '../../../src-shared/chat.ts';
import { AppError } from '../../../src-shared/errors.ts';
import type { GenerationRequest, Generations } from '../sessions/asking/generation.ts';
import { AnswerText } from './answer-text.ts';
import type { TokenPieces } from './detokenizer.ts';

export type ChoiceRequest = {
  readonly choice: number;
  readonly generation: Omit<GenerationRequest, 'finish'>;
  readonly pieces: TokenPieces;
  readonly stop: readonly string[];
};

/** The totals of a finished choice. `tokens` also counts those of a stop text. */
export type ChoiceAccount = { readonly tokens: number; readonly receipt: Receipt };

/**
 * Yields `text` events and one `finished`; returns the account.
 * @throws AppError as `Generations.generate` does
 */
export async function* runChoice(
  generations: Generations,
  request: ChoiceRequest,
  signal: AbortSignal,
): AsyncGenerator<ChatEvent, ChoiceAccount, void> {
  const { choice, generation, pieces, stop } = request;
  const text = new AnswerText(pieces, stop);
  const finish = new AbortController();
  let tokens = 0;
  for await (const event of generations.generate(
    { ...generation, finish: finish.signal },
    signal,
  )) {
    if (event.type === 'done') {
      yield* textEvent(choice, text.end());
      const isStop = text.stopped || event.reason === 'end';
      yield { type: 'finished', choice, reason: isStop ? 'stop' : 'length' };
      return { tokens, receipt: event.receipt };
    }
    // Tokens that were on their way when a stop text ended the answer are dropped.
    if (text.stopped || event.endOfGeneration) {
      continue;
    }
    tokens += 1;
    yield* textEvent(choice, text.push(event.token, event.detail));
    if (text.stopped) {
      finish.abort();
    }
  }
  throw new AppError('internal', 'A generation ended without an account.');
}

function* textEvent(
  choice: number,
  part: ReturnType<AnswerText['end']>,
): Generator<ChatEvent, void, void> {
  if (part !== undefined) {
    const { text, tokens, details } = part;
    yield {
      type: 'text',
      choice,
      text,
      tokens,
      ...(details.length === 0 ? {} : { details: [...details] }),
    };
  }
}
