/** The sessions of an engine: who may open one, which sequence of the cache it gets, and whose turn it is. */
import { AppError } from '../../src-shared/errors.ts';
import type { Sampler } from './sampler.ts';
import { Session } from './session.ts';

export class SessionTable {
  /** In the order in which they were last served, the longest waiting first. */
  readonly #sessions = new Map<number, Session>();
  readonly #freeSlots: number[];
  /** Numbers count upward, so that a number that is not open tells whether it ever was. */
  #newest = 0;

  constructor(maxSessions: number) {
    this.#freeSlots = Array.from({ length: maxSessions }, (_, index) => maxSessions - 1 - index);
  }

  /** @throws AppError `request-invalid` when the number was used before, `over-capacity` when all slots are taken */
  checkRoom(id: number): void {
    if (id <= this.#newest) {
      throw new AppError(
        'request-invalid',
        `Session ${id} was used before; numbers on a link count upward.`,
      );
    }
    if (this.#freeSlots.length === 0) {
      throw new AppError(
        'over-capacity',
        `All ${this.#sessions.size} sessions of this engine are taken; try again when one has ended.`,
      );
    }
  }

  /** @throws AppError as `checkRoom` */
  add(id: number, sampler: Sampler | undefined, selfFeedUntil: number | undefined): void {
    this.checkRoom(id);
    const slot = this.#freeSlots.pop() ?? 0;
    this.#newest = id;
    this.#sessions.set(id, new Session({ id, slot, sampler, selfFeedUntil }));
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

  /** Takes note that a session was served. */
  moveToEnd(session: Session): void {
    this.#sessions.delete(session.id);
    this.#sessions.set(session.id, session);
  }
}
