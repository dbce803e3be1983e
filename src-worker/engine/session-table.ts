/** The sessions of an engine: checks whether one may open, assigns slots of the cache, and keeps the order of turns. */
import { AppError } from '../../src-shared/errors.ts';
import { Session, type SessionOptions } from './session.ts';

/** The prefix that an ended session left in the cache, in as many layers as the session used. */
type CachedPrefix = { readonly slot: number; readonly length: number; readonly layers: number };

export class SessionTable {
  /** The sessions in the order in which they were last served, the longest waiting first. */
  readonly #sessions = new Map<number, Session>();
  readonly #prefixes = new Map<number, CachedPrefix>();
  readonly #freeSlots: number[];
  /** The newest session number. Numbers count upward, so a lower number that is not open has ended. */
  #newest = 0;

  constructor(maxSessions: number) {
    this.#freeSlots = Array.from({ length: maxSessions }, (_, index) => maxSessions - 1 - index);
  }

  /**
   * Checks whether a session can be added.
   * @param resumed number of a cached prefix whose slot may be used
   * @throws AppError `request-invalid` when the number was used before, `over-capacity` when all slots are taken
   */
  checkRoom(id: number, resumed?: number): void {
    if (id <= this.#newest) {
      throw new AppError(
        'request-invalid',
        `Session ${id} was used before; numbers on a link count upward.`,
      );
    }
    const resumesSlot = resumed !== undefined && this.#prefixes.has(resumed);
    if (this.#freeSlots.length === 0 && !resumesSlot) {
      throw new AppError(
        'over-capacity',
        `All ${this.#sessions.size + this.#prefixes.size} sessions of this engine are taken; try again when one has ended.`,
      );
    }
  }

  /** Adds a session, in the slot of the resumed prefix if it exists. @throws AppError as `checkRoom` */
  add(options: Omit<SessionOptions, 'slot' | 'length'>, resumed?: number): Session {
    this.checkRoom(options.id, resumed);
    const { slot, length } = this.#takePrefix(resumed) ?? {
      slot: this.#freeSlots.pop() ?? 0,
      length: 0,
    };
    this.#newest = options.id;
    const session = new Session({ ...options, slot, length });
    this.#sessions.set(options.id, session);
    return session;
  }

  /** The number of layers of a cached prefix; undefined where it does not exist. */
  cachedLayers(id: number): number | undefined {
    return this.#prefixes.get(id)?.layers;
  }

  /** Removes a session, and keeps its slot for its cached prefix. */
  retain(session: Session): void {
    this.#sessions.delete(session.id);
    const { id, slot, length, layers } = session;
    this.#prefixes.set(id, { slot, length, layers });
  }

  /** Removes a cached prefix and returns its slot; the caller must empty the slot's cache. */
  forget(id: number): number | undefined {
    const prefix = this.#prefixes.get(id);
    if (prefix !== undefined) {
      this.#prefixes.delete(id);
      this.#freeSlots.push(prefix.slot);
    }
    return prefix?.slot;
  }

  /** As `forget`, for the oldest cached prefix; undefined where there is none. */
  forgetOldest(): CachedPrefix | undefined {
    const [id] = this.#prefixes.keys();
    const prefix = this.#takePrefix(id);
    if (prefix !== undefined) {
      this.#freeSlots.push(prefix.slot);
    }
    return prefix;
  }

  /** The number of tokens in the cache, of all sessions and prefixes. */
  get cachedTokens(): number {
    const all: readonly { readonly length: number }[] = [...this.all, ...this.#prefixes.values()];
    return all.reduce((sum, { length }) => sum + length, 0);
  }

  /** Removes a session and frees its slot; the caller must empty the slot's cache. */
  remove(id: number): Session | undefined {
    const session = this.#sessions.get(id);
    if (session !== undefined) {
      this.#sessions.delete(id);
      this.#freeSlots.push(session.slot);
    }
    return session;
  }

  get(id: number): Session | undefined {
    return this.#sessions.get(id);
  }

  /** Whether no session with this number was ever opened. */
  wasNeverOpen(id: number): boolean {
    return id > this.#newest;
  }

  /** All sessions, the longest waiting first. */
  get all(): Session[] {
    return [...this.#sessions.values()];
  }

  #takePrefix(id: number | undefined): CachedPrefix | undefined {
    const prefix = id === undefined ? undefined : this.#prefixes.get(id);
    if (id !== undefined) {
      this.#prefixes.delete(id);
    }
    return prefix;
  }

  /** Moves a session that was served to the end of the order. */
  moveToEnd(session: Session): void {
    this.#sessions.delete(session.id);
    this.#sessions.set(session.id, session);
  }
}
