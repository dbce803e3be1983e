/** All pools of this node: creates, finds, changes and stores them. No network here. */
import { randomBytes } from 'node:crypto';
import { generateKeyPair } from '@libp2p/crypto/keys';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { AppError } from '../../../../src-shared/errors.ts';
import type { PoolParams } from '../../../../src-shared/api/pools.ts';
import { maxPools, type PoolInvite, type PoolRole } from '../../../../src-shared/pool.ts';
import type { Log } from '../../base/log.ts';
import type { Identity } from '../../identity/identity.ts';
import { issueCertificate, type Membership, membershipText } from './certificate.ts';
import { type Invite, inviteLink, inviteSecretBytes } from './invite.ts';
import type { InviteRefusal } from './invite-book.ts';
import { JoinedPool } from './joined-pool.ts';
import { PoolFolder, type PoolState } from './pool-file.ts';
import type { PoolModel, PoolModelFacts } from './pool-model.ts';
import type { Revocation } from './revocation.ts';
import { SaveQueue } from '../../base/save-queue.ts';

export type PoolsOptions = {
  readonly folder: string;
  readonly identity: Identity;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
};

/** A change of a pool; `from` is the peer that sent it, or undefined for this node itself. */
export type PoolNewsItem = {
  readonly pool: JoinedPool;
  readonly from: string | undefined;
} & (
  | { readonly membership: Membership }
  | { readonly revocation: Revocation }
  | { readonly model: PoolModel }
);

export type Admission =
  | { readonly refusal: InviteRefusal | 'removed' | 'full' | 'failed' }
  | {
      readonly refusal: undefined;
      readonly membership: Membership;
      /** This node's own membership, by which the joining peer recognises it as a member. */
      readonly inviter: Membership;
    };

export class Pools {
  readonly #identity: Identity;
  readonly #folder: PoolFolder;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #pools = new Map<string, JoinedPool>();
  readonly #saves: SaveQueue;
  #onNews: (item: PoolNewsItem) => void = () => {};

  /** Reads all pools. A damaged file is set aside. @throws AppError `data-folder-unusable` */
  static async open(options: PoolsOptions): Promise<Pools> {
    const pools = new Pools(options);
    await pools.#load();
    await pools.renew(options.identity.peer);
    return pools;
  }

  private constructor({ folder, identity, log, now = Date.now }: PoolsOptions) {
    this.#identity = identity;
    this.#folder = new PoolFolder(folder, log);
    this.#log = log;
    this.#now = now;
    this.#saves = new SaveQueue((id) => this.#write(id));
  }

  /** Sets the listener for all changes that other members should get; there is only one. */
  listen(onNews: (item: PoolNewsItem) => void): void {
    this.#onNews = onNews;
  }

  all(): JoinedPool[] {
    return [...this.#pools.values()];
  }

  /** The pools in which this node is a valid member. */
  active(): JoinedPool[] {
    return this.all().filter(({ state }) => state === 'active');
  }

  get(id: string): JoinedPool | undefined {
    return this.#pools.get(id);
  }

  /** Active pools of which the peer is known to be a valid member. */
  sharedWith(peer: string): JoinedPool[] {
    return this.active().filter((pool) => pool.member(peer) !== undefined);
  }

  /** Whether the peer is more than a guest in any pool of this node. */
  isServer(peer: string): boolean {
    return this.active().some((pool) => {
      const role = pool.member(peer)?.certificate.value.role;
      return role !== undefined && role !== 'guest';
    });
  }

  /** All other peers for which `isServer` is true, connected or not. @param id limits them to one pool */
  servers(id?: string): ReadonlySet<string> {
    const pools = this.active().filter((pool) => id === undefined || pool.id === id);
    const members = pools.flatMap((pool) => pool.members());
    const servers = members.filter(({ certificate }) => certificate.value.role !== 'guest');
    const peers = new Set(servers.map(({ certificate }) => certificate.value.peer));
    peers.delete(this.#identity.peer);
    return peers;
  }

  /** Creates a pool that this node owns. @throws AppError `over-capacity`, `data-folder-unusable` */
  async create({ name, member }: PoolParams<'poolCreate'>): Promise<JoinedPool> {
    this.#checkRoom();
    const key = await generateKeyPair('Ed25519');
    const id = peerIdFromPrivateKey(key).toString();
    const subject = {
      pool: id,
      poolName: name,
      peer: this.#identity.peer,
      role: 'admin' as const,
      name: member ?? this.#ownName,
    };
    const own = await issueCertificate(subject, this.#now(), key, undefined);
    const state = firstState(id, name, own, []);
    await this.#folder.saveKey(id, key);
    await this.#folder.saveState(state);
    return this.#add(await JoinedPool.open({ state, key }, this.#poolOptions));
  }

  /**
   * Issues an invite.
   * @throws AppError `unauthorised`, `over-capacity`, `request-invalid` without addresses, `data-folder-unusable`
   */
  async invite(
    pool: JoinedPool,
    { role, uses, lifeMs }: { role: PoolRole; uses: number; lifeMs: number },
    addresses: readonly string[],
  ): Promise<PoolInvite & { readonly link: string }> {
    pool.checkMayAdmit(role);
    if (addresses.length === 0) {
      throw new AppError(
        'request-invalid',
        'Nobody could join: this machine has no address to be reached at.',
      );
    }
    const secret = randomBytes(inviteSecretBytes).toString('base64url');
    const expiresAt = Math.floor((this.#now() + lifeMs) / 1000) * 1000;
    const invite = pool.invites.add(secret, role, uses, expiresAt);
    const link = await inviteLink(
      { pool: pool.id, poolName: pool.name, role, expiresAt, secret, addresses },
      this.#identity.privateKey,
    );
    await this.save(pool);
    return { ...invite, link };
  }

  /**
   * Admits a peer that presents the secret of an invite. The use is stored before the certificate is sent, so that a
   * crash cannot give back a use. Never throws.
   */
  async redeem(poolId: string, secret: string, peer: string, name: string): Promise<Admission> {
    const pool = this.get(poolId);
    if (pool === undefined || pool.state !== 'active') {
      return { refusal: 'invite-unknown' };
    }
    const redemption = pool.invites.redeem(secret, peer);
    if (redemption.refusal !== undefined) {
      return { refusal: redemption.refusal };
    }
    const known = pool.member(peer);
    if (redemption.isAgain) {
      // A member that was removed since then may not join again with the same invite.
      return known === undefined
        ? { refusal: 'removed' }
        : { refusal: undefined, membership: known, inviter: pool.own };
    }
    try {
      const membership = await pool.admit(peer, redemption.role, name);
      await this.save(pool);
      this.#onNews({ pool, from: undefined, membership });
      return { refusal: undefined, membership, inviter: pool.own };
    } catch (error) {
      redemption.undo();
      this.#log('error', `A peer could not join the pool ${pool.name}`, { error });
      const isFull = error instanceof AppError && error.code === 'over-capacity';
      return { refusal: isFull ? 'full' : 'failed' };
    }
  }

  /**
   * Enters a pool with the certificate from the inviter.
   * @throws AppError `protocol-violation` for a certificate of another pool or peer, `over-capacity`,
   * `data-folder-unusable`
   */
  async enter(invite: Invite, own: Membership, inviter: Membership): Promise<JoinedPool> {
    this.checkMayEnter(invite.pool);
    const contacts = [{ peer: invite.inviter, addresses: [...invite.addresses] }];
    const { poolName } = own.certificate.value;
    const state = firstState(invite.pool, poolName, own, contacts, inviter);
    const pool = await JoinedPool.open({ state, key: undefined }, this.#poolOptions);
    await this.#folder.saveState(state);
    this.#add(pool);
    this.#onNews({ pool, from: undefined, membership: own });
    return pool;
  }

  /** @throws AppError `over-capacity`, or `request-invalid` for a pool that this node is in already */
  checkMayEnter(id: string): void {
    const known = this.get(id);
    if (known?.state === 'active') {
      throw new AppError('request-invalid', `This machine is in the pool ${known.name} already.`);
    }
    if (known === undefined) {
      this.#checkRoom();
    }
  }

  /** Removes a member. @throws AppError `unauthorised`, `request-invalid`, `data-folder-unusable` */
  async remove(pool: JoinedPool, peer: string): Promise<void> {
    const revocation = await pool.remove(peer);
    this.#onNews({ pool, from: undefined, revocation });
    await this.save(pool);
  }

  /** Adds a checked membership that a peer presented or sent; returns whether it is new. */
  addMembership(pool: JoinedPool, membership: Membership, from: string): boolean {
    const isNew = pool.addMember(membership);
    if (isNew) {
      this.#onNews({ pool, from, membership });
      this.#saveSoon(pool);
    }
    return isNew;
  }

  /** Adds a checked revocation that a peer sent; returns whether it is new. */
  addRevocation(pool: JoinedPool, revocation: Revocation, from: string): boolean {
    const isNew = pool.addRevocation(revocation);
    if (isNew) {
      this.#onNews({ pool, from, revocation });
      this.#saveSoon(pool);
    }
    return isNew;
  }

  /** As `JoinedPool.offer`, and informs the other members. @throws AppError as there, `data-folder-unusable` */
  async offer(pool: JoinedPool, id: string, model: PoolModelFacts | null): Promise<void> {
    const offered = await pool.offer(id, model);
    this.#onNews({ pool, from: undefined, model: offered });
    await this.save(pool);
  }

  /** Adds a checked model entry that a peer sent; returns whether it is new. */
  addModel(pool: JoinedPool, model: PoolModel, from: string): boolean {
    const isNew = pool.models.add(model);
    if (isNew) {
      this.#onNews({ pool, from, model });
      this.#saveSoon(pool);
    }
    return isNew;
  }

  /** Renews a member's certificate that expires soon, where this node may; of this node itself only as the owner. */
  async renew(peer: string): Promise<void> {
    const isSelf = peer === this.#identity.peer;
    for (const pool of isSelf ? this.all() : this.sharedWith(peer)) {
      const renewed = isSelf ? await pool.renewedOwn() : await pool.renewed(peer);
      if (renewed !== undefined) {
        this.#onNews({ pool, from: undefined, membership: renewed });
        await this.save(pool);
      }
    }
  }

  /** Deletes a pool, after its members were informed. @throws AppError `data-folder-unusable` */
  async forget(pool: JoinedPool): Promise<void> {
    this.#pools.delete(pool.id);
    await this.#saves.settled(pool.id);
    await this.#folder.remove(pool.id);
  }

  /** Resolves once the current state is on disk. @throws AppError `data-folder-unusable` */
  save(pool: JoinedPool): Promise<void> {
    return this.#saves.save(pool.id);
  }

  /** Resolves when everything is on disk; nothing is written after that. */
  close(): Promise<void> {
    return this.#saves.close();
  }

  async #write(id: string): Promise<void> {
    const pool = this.#pools.get(id);
    if (pool !== undefined) {
      await this.#folder.saveState(pool.stored());
    }
  }

  #saveSoon(pool: JoinedPool): void {
    this.save(pool).catch((error: unknown) => {
      this.#log('error', `The pool ${pool.name} could not be saved`, { error });
    });
  }

  async #load(): Promise<void> {
    for (const stored of await this.#folder.load()) {
      try {
        this.#add(await JoinedPool.open(stored, this.#poolOptions));
      } catch (error) {
        await this.#folder.setAside(stored.state.id, error);
      }
    }
  }

  #add(pool: JoinedPool): JoinedPool {
    this.#pools.set(pool.id, pool);
    return pool;
  }

  #checkRoom(): void {
    if (this.#pools.size >= maxPools) {
      throw new AppError(
        'over-capacity',
        `This machine is in ${maxPools} pools already. Leave one first.`,
      );
    }
  }

  get #ownName(): string {
    return this.#identity.peer.slice(-8);
  }

  get #poolOptions(): { readonly identity: Identity; readonly now: () => number } {
    return { identity: this.#identity, now: this.#now };
  }
}

function firstState(
  id: string,
  name: string,
  own: Membership,
  contacts: PoolState['contacts'],
  ...members: readonly Membership[]
): PoolState {
  return {
    version: 1,
    id,
    name,
    own: membershipText(own),
    contacts,
    invites: [],
    members: members.map(membershipText),
    revocations: [],
    models: [],
  };
}
