/** The known memberships of other peers in one pool: the best of each peer, up to a limit. */
import type { Membership } from './certificate.ts';
import { maxMembers } from './pool-file.ts';

export class MemberBook {
  readonly #members = new Map<string, Membership>();
  readonly #isValid: (membership: Membership) => boolean;

  /** @param isValid called at each use, because validity depends on the clock and on revocations */
  constructor(isValid: (membership: Membership) => boolean) {
    this.#isValid = isValid;
  }

  valid(): Membership[] {
    return [...this.#members.values()].filter(this.#isValid);
  }

  get(peer: string): Membership | undefined {
    const membership = this.#members.get(peer);
    return membership !== undefined && this.#isValid(membership) ? membership : undefined;
  }

  /** Adds a valid membership; false when it is not better than the known one, or there is no room. */
  add(membership: Membership): boolean {
    const { peer } = membership.certificate.value;
    if (!isBetter(membership, this.get(peer)) || !this.hasRoom(peer)) {
      return false;
    }
    this.#members.set(peer, membership);
    return true;
  }

  /** Whether there is room for this peer, after deleting members that are no longer valid if necessary. */
  hasRoom(peer: string): boolean {
    if (this.#members.has(peer) || this.#members.size < maxMembers) {
      return true;
    }
    for (const [other, membership] of this.#members) {
      if (!this.#isValid(membership)) {
        this.#members.delete(other);
      }
    }
    return this.#members.size < maxMembers;
  }
}

/**
 * Whether a membership is better than the known one: signed by the owner rather than an admin, else newer.
 * @param known a valid membership
 */
export function isBetter(membership: Membership, known: Membership | undefined): boolean {
  if (known === undefined) {
    return true;
  }
  const isByOwner = membership.issuer === undefined;
  const isKnownByOwner = known.issuer === undefined;
  return isByOwner === isKnownByOwner
    ? membership.certificate.value.issuedAt > known.certificate.value.issuedAt
    : isByOwner;
}
