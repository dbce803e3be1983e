/** The memberships of other peers that a node knows of in one pool: the best of each peer, and not too many. */
import type { Membership } from './certificate.ts';
import { maxMembers } from './pool-file.ts';

export class MemberBook {
  readonly #members = new Map<string, Membership>();
  readonly #isValid: (membership: Membership) => boolean;

  /** `isValid` is asked anew each time: what is valid depends on the clock and on revocations. */
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

  /** Takes a valid membership in; false when it is no news, or there is no room. */
  add(membership: Membership): boolean {
    const { peer } = membership.certificate.value;
    if (!isBetter(membership, this.get(peer)) || !this.hasRoom(peer)) {
      return false;
    }
    this.#members.set(peer, membership);
    return true;
  }

  /** Room for this peer; members that are no longer valid make room. */
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

/** What the owner signed goes before what an admin signed; of two alike, the younger. `known` is valid. */
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
