/**
 * Shares one tokenizer by turns: short tasks, one at a time, first come first served. A request asks for its next
 * turn when it has the tokens of the last one, so other requests get a turn between two parts of a long text.
 *
 * A tokenizer that dies is started again. The turn at which it died is tried once more. When the second tokenizer dies
 * too, the turn's texts are the cause, and only its request fails.
 */
import { AppError, type ErrorCode, toAppError } from '../../../src-shared/errors.ts';
import type { Tokenizer } from './tokenizer.ts';

type Turn = {
  readonly texts: readonly string[];
  readonly resolve: (tokens: readonly (readonly number[])[]) => void;
  readonly reject: (error: AppError) => void;
  deaths: number;
};

/** Errors after which a tokenizer cannot be used any more. */
const deadly: ReadonlySet<ErrorCode> = new Set(['engine-died', 'timed-out']);

export class TokenizerTurns {
  readonly #start: () => Promise<Tokenizer>;
  #tokenizer: Tokenizer | undefined;
  #waiting: Turn[] = [];
  #isRunning = false;
  #closed = false;

  /** @param start starts another tokenizer when one has died */
  constructor(first: Tokenizer, start: () => Promise<Tokenizer>) {
    this.#start = start;
    this.#use(first);
  }

  /**
   * The tokens of each text. Aborting the signal cancels the turn, whether it waits or runs.
   * @throws AppError `cancelled`, `engine-died` when tokenizers die of these texts or none can be started
   */
  take(texts: readonly string[], signal: AbortSignal): Promise<readonly (readonly number[])[]> {
    if (this.#closed || signal.aborted) {
      return Promise.reject(cancelled());
    }
    const { promise, resolve, reject } = Promise.withResolvers<readonly (readonly number[])[]>();
    const turn: Turn = { texts, resolve, reject, deaths: 0 };
    const onAbort = (): void => {
      this.#waiting = this.#waiting.filter((other) => other !== turn);
      reject(cancelled());
    };
    signal.addEventListener('abort', onAbort, { once: true });
    this.#waiting.push(turn);
    void this.#runTurns();
    return promise.finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  }

  /** Ends the tokenizer; turns that wait are refused with `cancelled`. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#refuseAll(cancelled());
    await this.#tokenizer?.close();
  }

  async #runTurns(): Promise<void> {
    if (this.#isRunning) {
      return;
    }
    this.#isRunning = true;
    for (let turn = this.#waiting.shift(); turn !== undefined; turn = this.#waiting.shift()) {
      await this.#run(turn);
    }
    this.#isRunning = false;
  }

  async #run(turn: Turn): Promise<void> {
    let tokenizer: Tokenizer;
    try {
      tokenizer = this.#tokenizer ?? this.#use(await this.#start());
    } catch (error) {
      turn.reject(toAppError(error));
      this.#refuseAll(toAppError(error));
      return;
    }
    try {
      turn.resolve(await Promise.all(turn.texts.map((text) => tokenizer.tokenize(text))));
    } catch (thrown) {
      const error = toAppError(thrown);
      if (!deadly.has(error.code)) {
        turn.reject(error);
        return;
      }
      this.#forget(tokenizer);
      await tokenizer.close().catch(() => {});
      turn.deaths += 1;
      if (this.#closed) {
        turn.reject(cancelled());
      } else if (turn.deaths === 1) {
        this.#waiting.unshift(turn);
      } else {
        turn.reject(
          new AppError(
            'engine-died',
            "The model's tokenizer ended twice at this text. Shorten the text or break long words.",
            { cause: error },
          ),
        );
      }
    }
  }

  #use(tokenizer: Tokenizer): Tokenizer {
    this.#tokenizer = tokenizer;
    tokenizer.onDeath(() => {
      this.#forget(tokenizer);
    });
    if (this.#closed) {
      void tokenizer.close();
    }
    return tokenizer;
  }

  #forget(tokenizer: Tokenizer): void {
    if (this.#tokenizer === tokenizer) {
      this.#tokenizer = undefined;
    }
  }

  #refuseAll(error: AppError): void {
    for (const { reject } of this.#waiting.splice(0)) {
      reject(error);
    }
  }
}

function cancelled(): AppError {
  return new AppError('cancelled', 'The request was cancelled.');
}
