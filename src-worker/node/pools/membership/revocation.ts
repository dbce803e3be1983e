/**
 * Revocations end memberships. A revocation is signed by the pool's key, by an admin, or by the leaving peer itself; it
 * voids every certificate that its peer got until then.
 */
import type { SigningKey } from '../../../../src-shared/signing/peer-key.ts';
import { z } from 'zod';
import { poolIdSchema } from '../../../../src-shared/pool.ts';
import {
  type Certificate,
  clockToleranceMs,
  maxCertificateLifeMs,
  type Membership,
} from './certificate.ts';
import type { DocumentKind } from '../../../../src-shared/signing/signed-document.ts';
import { issueStatement, openStatement, type Statement, type StatementText } from './statement.ts';

const revocationSchema = z.strictObject({
  pool: poolIdSchema,
  peer: poolIdSchema,
  /** The serial number of the revoked certificate, which is void even if the clock of its issuer was ahead. */
  serial: z.string().regex(/^[0-9a-f]{32}$/),
  at: z.int().min(0),
});
export type RevocationEntry = z.infer<typeof revocationSchema>;

const revocationKind: DocumentKind<RevocationEntry> = {
  name: 'pool-revocation',
  schema: revocationSchema,
  maxBytes: 640,
};

export type Revocation = Statement<RevocationEntry>;

/** Signs a revocation. @param key the pool's key, or that of the node whose membership is `signer` */
export async function issueRevocation(
  entry: RevocationEntry,
  key: SigningKey,
  signer: Membership | undefined,
): Promise<Revocation> {
  return await issueStatement(revocationKind, entry, key, signer);
}

/**
 * Reads a revocation and checks its signatures and the right of its signer.
 * @throws AppError `protocol-violation`
 */
export async function openRevocation(text: StatementText): Promise<Revocation> {
  return await openStatement(
    revocationKind,
    text,
    ({ peer }, by) => by.role === 'admin' || by.peer === peer,
  );
}

/** Most entries by the owner, and most by all others, so that a malicious member cannot use up the owner's room. */
const maxEntries = 512;

/**
 * The revocations of one pool. Whether a certificate is void depends on the set only, not on the order in which its
 * entries arrived.
 */
export class RevocationSet {
  /** The owner's newest revocation of each peer. */
  readonly #byOwner = new Map<string, Revocation>();
  /** The newest revocation of each peer by each other signer. */
  readonly #byOthers = new Map<string, Map<string, Revocation>>();

  all(): Revocation[] {
    return [...this.#byOwner.values(), ...this.#allByOthers()];
  }

  /** Adds a checked revocation; false when it is not new, its time is in the future, or there is no room. */
  add(revocation: Revocation, now: number): boolean {
    this.#forgetOld(now);
    const { peer, at } = revocation.entry.value;
    if (at > now + clockToleranceMs || at <= now - maxCertificateLifeMs) {
      return false;
    }
    const { signer } = revocation.entry;
    const isByOwner = revocation.signer === undefined;
    const known = isByOwner ? this.#byOwner.get(peer) : this.#byOthers.get(peer)?.get(signer);
    const count = isByOwner ? this.#byOwner.size : this.#allByOthers().length;
    if (known !== undefined ? known.entry.value.at >= at : count >= maxEntries) {
      return false;
    }
    if (isByOwner) {
      this.#byOwner.set(peer, revocation);
    } else {
      const others = this.#byOthers.get(peer) ?? new Map<string, Revocation>();
      this.#byOthers.set(peer, others.set(signer, revocation));
    }
    return true;
  }

  isVoid(membership: Membership): boolean {
    return this.against(membership) !== undefined;
  }

  /** The revocation that voids a membership: of its certificate, or, by the owner, of the admin that signed it. */
  against({ certificate, issuer }: Membership): Revocation | undefined {
    return (
      this.#byOwnerAgainst(certificate.value) ??
      (issuer === undefined ? undefined : this.#byOwnerAgainst(issuer.value)) ??
      [...(this.#byOthers.get(certificate.value.peer)?.values() ?? [])].find(
        (each) => voids(each, certificate.value) && this.#counts(each, certificate.value),
      )
    );
  }

  /** The time of the newest revocation of a peer; a new certificate must be later. */
  lastOf(peer: string): number {
    const owners = this.#byOwner.get(peer)?.entry.value.at ?? 0;
    const others = [...(this.#byOthers.get(peer)?.values() ?? [])];
    return Math.max(owners, ...others.map(({ entry }) => entry.value.at));
  }

  #allByOthers(): Revocation[] {
    return [...this.#byOthers.values()].flatMap((entries) => [...entries.values()]);
  }

  #byOwnerAgainst(certificate: Certificate): Revocation | undefined {
    const revocation = this.#byOwner.get(certificate.peer);
    return revocation !== undefined && voids(revocation, certificate) ? revocation : undefined;
  }

  /** Whether a revocation counts: a peer may always leave; an admin may remove members and guests until the owner removes it. */
  #counts({ entry, signer }: Revocation, certificate: Certificate): boolean {
    return (
      entry.signer === certificate.peer ||
      (certificate.role !== 'admin' &&
        signer?.certificate.value.role === 'admin' &&
        this.#byOwnerAgainst(signer.certificate.value) === undefined)
    );
  }

  /** Deletes revocations whose certificates have all expired. */
  #forgetOld(now: number): void {
    for (const entries of [this.#byOwner, ...this.#byOthers.values()]) {
      for (const [key, { entry }] of entries) {
        if (entry.value.at <= now - maxCertificateLifeMs) {
          entries.delete(key);
        }
      }
    }
    for (const [peer, entries] of this.#byOthers) {
      if (entries.size === 0) {
        this.#byOthers.delete(peer);
      }
    }
  }
}

function voids({ entry }: Revocation, { peer, serial, issuedAt }: Certificate): boolean {
  return entry.value.peer === peer && (entry.value.serial === serial || issuedAt <= entry.value.at);
}
