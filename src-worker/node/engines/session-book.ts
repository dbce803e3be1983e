/**
 * Accounts for a shard's sessions and cache cells. Every session has a claim to its prompt and to an equal share of the cache;
 * beyond that it may use cells that no other has a claim to. So one long answer can use idle cells, but cannot starve
 * sessions that come later.
 */
import { AppError } from '../../../src-shared/errors.ts';
import { type Claimant, placeFor, placesForOthers } from './session-places.ts';

export type SessionClaim = {
  readonly sequenceTokens: number;
  readonly cells: number;
  readonly claimant: Claimant;
};

type Entry<T> = { readonly value: T; readonly claimant: Claimant; cells: number };

export class SessionBook<T> {
  readonly #name: string;
  readonly #maxSessions: number;
  readonly #cells: number;
  readonly #entries = new Map<number, Entry<T>>();
  #nextNumber = 1;
  #claimedCells = 0;

  /** `name`: the shard's, for error messages. */
  constructor(name: string, maxSessions: number, cells: number) {
    this.#name = name;
    this.#maxSessions = maxSessions;
    this.#cells = cells;
  }

  get freeSessions(): number {
    return this.#maxSessions - this.#entries.size;
  }

  /** How many of the free sessions are not reserved for the owner. */
  get freeForOthers(): number {
    return placesForOthers(this.#maxSessions, this.#claimants());
  }

  get freeCells(): number {
    return this.#cells - this.#claimedCells;
  }

  get sessions(): number {
    return this.#entries.size;
  }

  /** The numbers of all sessions that were entered and not removed. */
  numbers(): readonly number[] {
    return [...this.#entries.keys()];
  }

  get(number: number): T | undefined {
    return this.#entries.get(number)?.value;
  }

  claimantOf(number: number): Claimant | undefined {
    return this.#entries.get(number)?.claimant;
  }

  /** Whether a requester has as many sessions as one requester may have. */
  isAtLimit(claimant: Claimant): boolean {
    return this.#placeFor(claimant) === 'own-limit';
  }

  /** How many cells a session has claimed. */
  cellsOf(number: number): number {
    return this.#entries.get(number)?.cells ?? 0;
  }

  /**
   * Enters a session and returns its number; numbers are never used again.
   * @throws AppError `over-capacity`; `context-too-long` when the shard could never hold it
   */
  enter({ sequenceTokens, cells, claimant }: SessionClaim, value: T): number {
    if (cells > this.#cells) {
      throw new AppError(
        'context-too-long',
        `${this.#name} holds ${this.#cells} tokens; the session asks for ${cells}`,
      );
    }
    const place = this.#placeFor(claimant);
    if (place !== 'free') {
      const what =
        place === 'taken'
          ? `All ${this.#maxSessions} sessions`
          : 'All sessions that one peer may have';
      throw new AppError(
        'over-capacity',
        `${what} of ${this.#name} are taken; try again in a moment`,
      );
    }
    const share = Math.floor(this.#cells / this.#maxSessions);
    const sure = Math.min(cells, Math.max(sequenceTokens, share));
    if (sure > this.freeCells) {
      throw new AppError(
        'over-capacity',
        `The cache of ${this.#name} is full: ${this.freeCells} of its ${this.#cells} tokens are free`,
      );
    }
    this.#claimedCells += sure;
    const number = this.#nextNumber;
    this.#nextNumber += 1;
    this.#entries.set(number, { value, claimant, cells: sure });
    return number;
  }

  /** Lets a session grow to `tokens`; returns false, and changes nothing, when others have a claim to the cells it lacks. */
  claim(number: number, tokens: number): boolean {
    const entry = this.#entries.get(number);
    const lacks = tokens - (entry?.cells ?? tokens);
    if (entry === undefined || lacks <= 0) {
      return true;
    }
    if (lacks > this.freeCells) {
      return false;
    }
    this.#claimedCells += lacks;
    entry.cells = tokens;
    return true;
  }

  /** Frees a session and its cells; does nothing when that was done before. */
  remove(number: number): T | undefined {
    const entry = this.#entries.get(number);
    if (entry !== undefined) {
      this.#entries.delete(number);
      this.#claimedCells -= entry.cells;
    }
    return entry?.value;
  }

  #placeFor(claimant: Claimant): ReturnType<typeof placeFor> {
    return placeFor(claimant, this.#maxSessions, this.#claimants());
  }

  #claimants(): Claimant[] {
    return [...this.#entries.values()].map(({ claimant }) => claimant);
  }
}
