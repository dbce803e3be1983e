/** The invites that this node has issued for one pool, and their uses left. Pure except for its clock. */
import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../../../../src-shared/errors.ts';
import {
  maxInviteUses,
  poolIdSchema,
  type PoolInvite,
  poolRoleSchema,
} from '../../../../src-shared/pool.ts';
import { inviteId, secretHash } from './invite.ts';

export const storedInviteSchema = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{8}$/),
  secretHash: z.string().regex(/^[0-9a-f]{64}$/),
  role: poolRoleSchema,
  expiresAt: z.int().min(0),
  usesLeft: z.int().min(0).max(maxInviteUses),
  /** Peers that have joined with the invite. When the reply was lost, the same peer gets it again without another use. */
  usedBy: z.array(poolIdSchema).max(maxInviteUses),
});
export type StoredInvite = z.infer<typeof storedInviteSchema>;

/** Most open invites of one node for one pool. */
export const maxInvites = 64;

/** The reason why an invite was refused, as it is sent to the peer. */
export type InviteRefusal = 'invite-unknown' | 'invite-expired' | 'invite-used-up';

export type Redemption =
  | { readonly refusal: InviteRefusal }
  | {
      readonly refusal: undefined;
      readonly role: StoredInvite['role'];
      /** Whether the peer has used the invite before, so that no use was taken. */
      readonly isAgain: boolean;
      /** Takes back the use, when admitting the peer failed. */
      readonly undo: () => void;
    };

export class InviteBook {
  readonly #invites = new Map<string, StoredInvite>();
  readonly #now: () => number;

  constructor(invites: readonly StoredInvite[], now: () => number) {
    this.#now = now;
    invites.forEach((invite) => this.#invites.set(invite.id, { ...invite }));
  }

  /** The invites to store, without those that expired more than a day ago. */
  stored(): StoredInvite[] {
    this.#forgetExpired();
    return [...this.#invites.values()];
  }

  open(): PoolInvite[] {
    return this.stored().flatMap(({ id, role, usesLeft, expiresAt }) =>
      usesLeft > 0 ? [{ id, role, usesLeft, expiresAt }] : [],
    );
  }

  /** @throws AppError `over-capacity` */
  add(secret: string, role: StoredInvite['role'], uses: number, expiresAt: number): PoolInvite {
    this.#forgetExpired();
    if (this.#invites.size >= maxInvites) {
      const usedUp = [...this.#invites.values()].find(({ usesLeft }) => usesLeft === 0);
      if (usedUp === undefined) {
        throw new AppError(
          'over-capacity',
          `There are ${maxInvites} open invites to this pool. Close one first, or wait until one expires.`,
        );
      }
      this.#invites.delete(usedUp.id);
    }
    const id = inviteId(secret);
    const hash = secretHash(secret);
    this.#invites.set(id, { id, secretHash: hash, role, expiresAt, usesLeft: uses, usedBy: [] });
    return { id, role, usesLeft: uses, expiresAt };
  }

  /** Closes an invite; false when there is none of that id. */
  revoke(id: string): boolean {
    return this.#invites.delete(id);
  }

  /** Takes one use for a peer that presents a secret. */
  redeem(secret: string, peer: string): Redemption {
    const invite = this.#invites.get(inviteId(secret));
    if (invite === undefined || !isSame(invite.secretHash, secretHash(secret))) {
      return { refusal: 'invite-unknown' };
    }
    if (invite.expiresAt <= this.#now()) {
      return { refusal: 'invite-expired' };
    }
    if (invite.usedBy.includes(peer)) {
      return { refusal: undefined, role: invite.role, isAgain: true, undo: () => {} };
    }
    if (invite.usesLeft === 0) {
      return { refusal: 'invite-used-up' };
    }
    invite.usesLeft -= 1;
    invite.usedBy.push(peer);
    const undo = (): void => {
      invite.usesLeft += 1;
      invite.usedBy.splice(invite.usedBy.indexOf(peer), 1);
    };
    return { refusal: undefined, role: invite.role, isAgain: false, undo };
  }

  /** Deletes invites a day after they expired. Until then, a peer that is late gets the reason. */
  #forgetExpired(): void {
    const day = 24 * 3_600_000;
    for (const [id, { expiresAt }] of this.#invites) {
      if (expiresAt + day <= this.#now()) {
        this.#invites.delete(id);
      }
    }
  }
}

/** Compares two SHA-256 hashes in hex in constant time. */
function isSame(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one, 'hex'), Buffer.from(other, 'hex'));
}
