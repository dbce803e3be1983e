/** One pool that this node is in: the members and revocations that it knows, and the actions of its role. No network here. */
import { createHash } from 'node:crypto';
import type { Ed25519PrivateKey } from '@libp2p/interface';
import { AppError } from '../../../../src-shared/errors.ts';
import type { Pool, PoolRole } from '../../../../src-shared/pool.ts';
import type { Identity } from '../../identity/identity.ts';
import {
  type Certificate,
  isCurrent,
  issueCertificate,
  type Membership,
  membershipText,
  needsRenewal,
  openMembership,
} from './certificate.ts';
import { InviteBook } from './invite-book.ts';
import { isBetter, MemberBook } from './member-book.ts';
import { maxMembers, type PoolState, type StoredPool } from './pool-file.ts';
import { openPoolModel, type PoolModel, type PoolModelFacts, poolModelKind } from './pool-model.ts';
import { PoolModelBook } from './pool-model-book.ts';
import { issueRevocation, openRevocation, type Revocation, RevocationSet } from './revocation.ts';
import { issueStatement, statementText } from './statement.ts';

export type JoinedPoolOptions = {
  readonly identity: Identity;
  readonly now: () => number;
};

export class JoinedPool {
  readonly id: string;
  readonly name: string;
  readonly invites: InviteBook;
  readonly contacts: PoolState['contacts'];
  /** The models that the pool offers in addition to the app's own list. */
  readonly models: PoolModelBook;
  readonly #key: Ed25519PrivateKey | undefined;
  readonly #identity: Identity;
  readonly #now: () => number;
  readonly #members = new MemberBook((membership) => this.isValid(membership));
  readonly #revocations = new RevocationSet();
  #own: Membership;
  #digest: string | undefined;

  private constructor(stored: StoredPool, own: Membership, options: JoinedPoolOptions) {
    const { state, key } = stored;
    this.id = state.id;
    this.name = state.name;
    this.contacts = state.contacts;
    this.invites = new InviteBook(state.invites, options.now);
    this.#key = key;
    this.#identity = options.identity;
    this.#now = options.now;
    this.#own = own;
    this.models = new PoolModelBook({
      pool: this.id,
      isVoid: (membership) => this.#revocations.isVoid(membership),
      now: options.now,
      onChange: () => {
        this.#digest = undefined;
      },
    });
  }

  /** Opens a stored pool. @throws AppError `protocol-violation` when its state is not of this pool and node */
  static async open(stored: StoredPool, options: JoinedPoolOptions): Promise<JoinedPool> {
    const own = await openMembership(stored.state.own);
    const { pool: id, peer } = own.certificate.value;
    if (id !== stored.state.id || peer !== options.identity.peer) {
      throw new AppError('protocol-violation', 'The certificate of this pool is of another node');
    }
    const pool = new JoinedPool(stored, own, options);
    for (const text of stored.state.revocations) {
      pool.#revocations.add(await openRevocation(text), options.now());
    }
    for (const text of stored.state.members) {
      pool.addMember(await openMembership(text));
    }
    for (const text of stored.state.models) {
      pool.models.add(await openPoolModel(text));
    }
    return pool;
  }

  get isOwner(): boolean {
    return this.#key !== undefined;
  }

  get role(): PoolRole {
    return this.#own.certificate.value.role;
  }

  get own(): Membership {
    return this.#own;
  }

  get state(): Pool['state'] {
    if (this.#revocations.isVoid(this.#own)) {
      return 'removed';
    }
    const { value } = this.#own.certificate;
    const now = this.#now();
    return isCurrent(value, now) ? 'active' : now < value.expiresAt ? 'early' : 'expired';
  }

  /** A hash over all memberships, revocations and models: nodes with equal digests know the same. */
  get digest(): string {
    this.#digest ??= this.#computeDigest();
    return this.#digest;
  }

  /** The valid memberships, including this node's own. */
  members(): Membership[] {
    return [...(this.isValid(this.#own) ? [this.#own] : []), ...this.#members.valid()];
  }

  revocations(): Revocation[] {
    return this.#revocations.all();
  }

  /** The valid membership of another peer. */
  member(peer: string): Membership | undefined {
    return this.#members.get(peer);
  }

  isValid(membership: Membership): boolean {
    return (
      membership.certificate.value.pool === this.id &&
      isCurrent(membership.certificate.value, this.#now()) &&
      !this.#revocations.isVoid(membership)
    );
  }

  /** The revocation that voids a membership; undefined when there is none. */
  revocationOf(membership: Membership): Revocation | undefined {
    return this.#revocations.against(membership);
  }

  /** The reason to refuse a membership that a peer presents; undefined when it is valid. */
  objectionTo(
    membership: Membership,
    peer: string,
  ): 'stranger' | 'removed' | 'expired' | undefined {
    const { value } = membership.certificate;
    if (value.pool !== this.id || value.peer !== peer) {
      return 'stranger';
    }
    if (this.#revocations.isVoid(membership)) {
      return 'removed';
    }
    return isCurrent(value, this.#now()) ? undefined : 'expired';
  }

  /**
   * Adds a checked membership; false when it is void, not new, or there is no room. For this node itself, a
   * better certificate replaces its own.
   */
  addMember(membership: Membership): boolean {
    const { peer } = membership.certificate.value;
    if (!this.isValid(membership)) {
      return false;
    }
    const isNew =
      peer === this.#identity.peer ? this.#improveOwn(membership) : this.#members.add(membership);
    if (isNew) {
      this.#digest = undefined;
    }
    return isNew;
  }

  /** Adds a checked revocation; false when it is not new. */
  addRevocation(revocation: Revocation): boolean {
    const isNew =
      revocation.entry.value.pool === this.id && this.#revocations.add(revocation, this.#now());
    if (isNew) {
      this.#digest = undefined;
    }
    return isNew;
  }

  /**
   * Makes a peer a member, or renews its membership.
   * @throws AppError `unauthorised` when this node's role does not allow it, `over-capacity`
   */
  async admit(peer: string, role: PoolRole, name: string): Promise<Membership> {
    this.checkMayAdmit(role);
    if (!this.#members.hasRoom(peer)) {
      throw new AppError('over-capacity', `The pool ${this.name} is full: ${maxMembers} members`);
    }
    const subject = { pool: this.id, poolName: this.name, peer, role, name };
    const issuedAt = Math.max(this.#now(), this.#revocations.lastOf(peer) + 1);
    const membership =
      this.#key === undefined
        ? await issueCertificate(
            subject,
            issuedAt,
            this.#identity.privateKey,
            this.#own.certificate,
          )
        : await issueCertificate(subject, issuedAt, this.#key, undefined);
    this.addMember(membership);
    return membership;
  }

  /** @throws AppError `unauthorised` when this node may not admit peers with this role */
  checkMayAdmit(role: PoolRole): void {
    this.#checkActive();
    if (!this.isOwner && (this.role !== 'admin' || role === 'admin')) {
      throw new AppError(
        'unauthorised',
        role === 'admin'
          ? `Only the owner of the pool ${this.name} appoints admins.`
          : `You are a ${this.role} of the pool ${this.name}; only admins invite others.`,
      );
    }
  }

  /**
   * Removes a member; the caller informs the other members.
   * @throws AppError `unauthorised`, `request-invalid` for a peer that is no member
   */
  async remove(peer: string): Promise<Revocation> {
    this.#checkActive();
    const { certificate } = this.#members.get(peer) ?? {};
    if (certificate === undefined) {
      throw new AppError('request-invalid', `No member of the pool ${this.name} has that name.`);
    }
    if (!this.isOwner && (this.role !== 'admin' || certificate.value.role === 'admin')) {
      throw new AppError(
        'unauthorised',
        certificate.value.role === 'admin'
          ? `Only the owner of the pool ${this.name} removes admins.`
          : `You are a ${this.role} of the pool ${this.name}; only admins remove others.`,
      );
    }
    return this.#revoke(certificate.value, this.#key);
  }

  /**
   * Offers a model to all members, or withdraws it with null; the caller informs the other members.
   * @throws AppError `unauthorised`, `over-capacity`
   */
  async offer(id: string, model: PoolModelFacts | null): Promise<PoolModel> {
    this.#checkActive();
    if (!this.isOwner && this.role !== 'admin') {
      throw new AppError(
        'unauthorised',
        `You are a ${this.role} of the pool ${this.name}; only admins choose what it offers.`,
      );
    }
    if (!this.isOwner && this.models.isOwners(id)) {
      throw new AppError(
        'unauthorised',
        `Only the owner of the pool ${this.name} decides about ${id}.`,
      );
    }
    const entry = { pool: this.id, id, at: this.models.nextAt(id), model };
    const offered =
      this.#key === undefined
        ? await issueStatement(poolModelKind, entry, this.#identity.privateKey, this.#own)
        : await issueStatement(poolModelKind, entry, this.#key, undefined);
    if (!this.models.add(offered)) {
      throw new AppError(
        'over-capacity',
        `The pool ${this.name} has as many models as it can, those that were withdrawn lately among them.`,
      );
    }
    return offered;
  }

  /** Ends this node's own membership; the caller informs the other members and deletes the pool. */
  async leave(): Promise<Revocation> {
    return this.#revoke(this.#own.certificate.value, undefined);
  }

  /** A new certificate for a member whose certificate expires soon, if this node may issue one. */
  async renewed(peer: string): Promise<Membership | undefined> {
    const membership = this.member(peer);
    if (membership === undefined) {
      return undefined;
    }
    const { role, name } = membership.certificate.value;
    const mayRenew = this.isOwner || (this.role === 'admin' && role !== 'admin');
    if (!mayRenew || !needsRenewal(membership.certificate.value, this.#now())) {
      return undefined;
    }
    const renewed = await this.admit(peer, role, name);
    const gained = renewed.certificate.value.expiresAt - membership.certificate.value.expiresAt;
    return gained > 0 ? renewed : undefined;
  }

  /** As `renewed`, for this node itself: only the owner can renew its own certificate. */
  async renewedOwn(): Promise<Membership | undefined> {
    const { pool, poolName, peer, role, name } = this.#own.certificate.value;
    if (this.#key === undefined || !needsRenewal(this.#own.certificate.value, this.#now())) {
      return undefined;
    }
    const subject = { pool, poolName, peer, role, name };
    const renewed = await issueCertificate(subject, this.#now(), this.#key, undefined);
    return this.addMember(renewed) ? renewed : undefined;
  }

  stored(): PoolState {
    return {
      version: 1,
      id: this.id,
      name: this.name,
      own: membershipText(this.#own),
      contacts: this.contacts,
      invites: this.invites.stored(),
      members: this.#members.valid().map(membershipText),
      revocations: this.revocations().map(statementText),
      models: this.models.all().map(statementText),
    };
  }

  async #revoke(certificate: Certificate, key: Ed25519PrivateKey | undefined): Promise<Revocation> {
    const { peer, serial, issuedAt } = certificate;
    // The revocation must not be older than the certificate, even if the clock of its issuer is ahead.
    const at = Math.max(this.#now(), issuedAt, this.#revocations.lastOf(peer) + 1);
    const entry = { pool: this.id, peer, serial, at };
    const revocation =
      key === undefined
        ? await issueRevocation(entry, this.#identity.privateKey, this.#own)
        : await issueRevocation(entry, key, undefined);
    this.addRevocation(revocation);
    return revocation;
  }

  #checkActive(): void {
    if (this.state !== 'active') {
      throw new AppError('unauthorised', `You are no longer in the pool ${this.name}.`);
    }
  }

  #improveOwn(membership: Membership): boolean {
    const isNew = isBetter(membership, this.isValid(this.#own) ? this.#own : undefined);
    if (isNew) {
      this.#own = membership;
    }
    return isNew;
  }

  #computeDigest(): string {
    const parts = [
      ...this.members().map(({ certificate }) => certificate.bytes),
      ...this.revocations().map(({ entry }) => entry.bytes),
      ...this.models.all().map(({ entry }) => entry.bytes),
    ];
    const hashes = parts.map((bytes) => createHash('sha256').update(bytes).digest('hex'));
    return createHash('sha256').update(hashes.toSorted().join()).digest('hex');
  }
}
