/**
 * Gives browsers access to the window. A browser that opens an address which was printed on this machine gets a
 * cookie that is valid as long as the host runs; the address works once.
 */
import { createHash, randomBytes } from 'node:crypto';

/** An unopened address is invalid after this long, in milliseconds. */
export const tokenLifetimeMs = 600_000;

/** Unopened addresses and open browsers in memory; the oldest go first. A person has a few of each. */
const limits = { tokens: 16, sessions: 64 } as const;

export class BrowserAccess {
  readonly #now: () => number;
  /** Only hashes are stored, so that the time of a look-up reveals nothing about a token. */
  readonly #tokens = new Map<string, number>();
  readonly #sessions = new Set<string>();

  /** `now` is monotonic time: changing the computer's clock does not prolong anything. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** A new one-time token of 256 bits. */
  newToken(): string {
    const token = randomBytes(32).toString('base64url');
    dropOldest(this.#tokens, limits.tokens);
    this.#tokens.set(hash(token), this.#now() + tokenLifetimeMs);
    return token;
  }

  /** The value of a session cookie for a token that is neither used nor too old. */
  redeem(token: string): string | undefined {
    const expiresAt = this.#tokens.get(hash(token));
    this.#tokens.delete(hash(token));
    if (expiresAt === undefined || expiresAt < this.#now()) {
      return undefined;
    }
    const session = randomBytes(32).toString('base64url');
    dropOldest(this.#sessions, limits.sessions);
    this.#sessions.add(hash(session));
    return session;
  }

  isSession(value: string | undefined): boolean {
    return value !== undefined && this.#sessions.has(hash(value));
  }
}

function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Makes room for one more entry. Maps and sets list their keys in the order of insertion. */
function dropOldest(
  collection: { readonly size: number; keys(): Iterator<string>; delete(key: string): boolean },
  limit: number,
): void {
  if (collection.size >= limit) {
    const { value } = collection.keys().next();
    collection.delete(String(value));
  }
}
