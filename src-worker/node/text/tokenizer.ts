/** The tokenizer that prompts are made with, independent of the process that runs it. */
import type { Vocabulary } from '../../wire/engine-messages.ts';

/** A model's tokenizer: in the node, a vocabulary-only engine process. */
export interface Tokenizer {
  readonly vocabulary: Vocabulary;
  /** Tokens of plain text; names of control tokens in it are text. @throws AppError `engine-died` */
  tokenize(text: string): Promise<readonly number[]>;
  /** Calls the listener once when the tokenizer ends unexpectedly. */
  onDeath(listener: () => void): void;
  close(): Promise<void>;
}
