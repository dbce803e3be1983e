/** The sessions of an engine: when one may open, which sequence of the cache it gets, and whose turn it is. */
import { AppError } from '../../src-shared/errors.ts';
import { Session, type SessionOptions } from './session.ts';

/** The prefix that a session left in the cache, of as many layers as it used. */
type CachedPrefix = { readonly slot: number; readonly length: number; readonly layers: number };

export class SessionTable {
  /** In the order in which they were last served, the longest waiting first. */
  readonly #sessions = new Map<number, Session>();
  readonly #prefixes = new Map<number, CachedPrefix>();
  readonly #freeSlots: number[];
  /** Numbers count upward, so that a number that is not open tells whether it ever was. */
  #newest = 0;

  constructor(maxSessions: number) {
    this.#freeSlots = Array.from({ length: maxSessions }, (_, index) => maxSessions - 1 - index);
  }

  /**
   * @param resumed number of the cached prefix whose slot will do
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

  /** @throws AppError as `checkRoom` */
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

  /** Of how many layers a retained session left its tokens in the cache; undefined where nothing is left of it. */
  cachedLayers(id: number): number | undefined {
    return this.#prefixes.get(id)?.layers;
  }

  /** Takes a session out, and leaves its slot with its cached prefix. */
  retain(session: Session): void {
    this.#sessions.delete(session.id);
    const { id, slot, length, layers } = session;
    this.#prefixes.set(id, { slot, length, layers });
  }

  /** Frees the slot of a cached prefix and returns it; the caller empties its cache. */
  forget(id: number): number | undefined {
    const prefix = this.#prefixes.get(id);
    if (prefix !== undefined) {
      this.#prefixes.delete(id);
      this.#freeSlots.push(prefix.slot);
    }
    return prefix?.slot;
  }

  /** As `forget`, for the oldest cached prefix; undefined without any. */
  forgetOldest(): CachedPrefix | undefined {
    const [id] = this.#prefixes.keys();
    const prefix = this.#takePrefix(id);
    if (prefix !== undefined) {
      this.#freeSlots.push(prefix.slot);
    }
    return prefix;
  }

  /** Tokens in the cache, of all sessions and of all prefixes. */
  get cachedTokens(): number {
    const all: readonly { readonly length: number }[] = [...this.all, ...this.#prefixes.values()];
    return all.reduce((sum, { length }) => sum + length, 0);
  }

  /** Takes a session out and gives its slot back; the caller empties its cache. */
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

  /** False for a session that is open or has ended. */
  wasNeverOpen(id: number): boolean {
    return id > this.#newest;
  }

  /** The longest waiting first. */
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

  /** Takes note that a session was served. */
  moveToEnd(session: Session): void {
    this.#sessions.delete(session.id);
    this.#sessions.set(session.id, session);
  }
}
