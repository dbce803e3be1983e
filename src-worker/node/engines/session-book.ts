/**
 * Who uses a shard's sessions and cache cells. Every session is sure of its prompt and of an equal share of the
 * cache; beyond that it takes what nobody has a claim to, so that one long answer uses what is idle and
 * cannot starve those that come later.
 */
import { AppError } from '../../../src-shared/errors.ts';

export type SessionClaim = { readonly promptTokens: number; readonly maxTokens: number };

type Entry<T> = { readonly value: T; cells: number };

export class SessionBook<T> {
  readonly #name: string;
  readonly #maxSessions: number;
  readonly #cells: number;
  readonly #entries = new Map<number, Entry<T>>();
  #nextNumber = 1;
  #claimedCells = 0;

  /** `name` is the shard's, for messages. */
  constructor(name: string, maxSessions: number, cells: number) {
    this.#name = name;
    this.#maxSessions = maxSessions;
    this.#cells = cells;
  }

  get freeSessions(): number {
    return this.#maxSessions - this.#entries.size;
  }

  get freeCells(): number {
    return this.#cells - this.#claimedCells;
  }

  get sessions(): number {
    return this.#entries.size;
  }

  /** Of everything entered and not removed. */
  numbers(): readonly number[] {
    return [...this.#entries.keys()];
  }

  get(number: number): T | undefined {
    return this.#entries.get(number)?.value;
  }

  /**
   * Enters a session and returns its number; numbers are never used again.
   * @throws AppError `over-capacity`; `context-too-long` when the shard could never hold it
   */
  enter({ promptTokens, maxTokens }: SessionClaim, value: T): number {
    if (maxTokens > this.#cells) {
      throw new AppError(
        'context-too-long',
        `${this.#name} holds ${this.#cells} tokens; the session asks for ${maxTokens}`,
      );
    }
    if (this.freeSessions <= 0) {
      throw new AppError(
        'over-capacity',
        `All ${this.#maxSessions} sessions of ${this.#name} are taken; try again in a moment`,
      );
    }
    const share = Math.floor(this.#cells / this.#maxSessions);
    const cells = Math.min(maxTokens, Math.max(promptTokens, share));
    this.#takeCells(cells);
    const number = this.#nextNumber;
    this.#nextNumber += 1;
    this.#entries.set(number, { value, cells });
    return number;
  }

  /**
   * Lets a session grow to so many tokens.
   * @throws AppError `over-capacity` when others have a claim to the cells that it lacks
   */
  claim(number: number, tokens: number): void {
    const entry = this.#entries.get(number);
    if (entry !== undefined && tokens > entry.cells) {
      this.#takeCells(tokens - entry.cells);
      entry.cells = tokens;
    }
  }

  /** Frees a session's place and cells; does nothing when that was done before. */
  remove(number: number): T | undefined {
    const entry = this.#entries.get(number);
    if (entry !== undefined) {
      this.#entries.delete(number);
      this.#claimedCells -= entry.cells;
    }
    return entry?.value;
  }

  #takeCells(cells: number): void {
    if (cells > this.freeCells) {
      throw new AppError(
        'over-capacity',
        `The cache of ${this.#name} is full: ${this.freeCells} of its ${this.#cells} tokens are free`,
      );
    }
    this.#claimedCells += cells;
  }
}
