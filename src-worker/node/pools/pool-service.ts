/** The host's methods for pools, over the mesh's network: joins, informs other members, disconnects removed ones. */
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../../src-shared/errors.ts';
import type { PoolParams, PoolResult } from '../../../src-shared/api/pools.ts';
import type { Pool } from '../../../src-shared/pool.ts';
import type { Log } from '../base/log.ts';
import type { MemberNetwork, MeshMembers } from '../mesh/gate.ts';
import { type JoinReply, refusalSentences } from './gate/auth-messages.ts';
import { openMembership } from './membership/certificate.ts';
import { chooseMember, choosePool } from './choose.ts';
import { type Invite, readInviteLink } from './membership/invite.ts';
import type { JoinedPool } from './membership/joined-pool.ts';
import type { MembershipGate } from './gate/membership-gate.ts';
import type { PoolModelFacts } from './membership/pool-model.ts';
import { PoolNews } from './pool-news.ts';
import { poolSummary } from './pool-summary.ts';
import type { PoolNewsItem, Pools } from './membership/pools.ts';

export type PoolServiceOptions = {
  readonly pools: Pools;
  readonly gate: MembershipGate;
  readonly network: MemberNetwork;
  readonly log: Log;
};

/** How often certificates are checked and renewed, in milliseconds; a member stays connected so long after its own expires. */
const checkEveryMs = 15_000;

/** Longest time that sending a removal may delay the disconnection of the removed member, in milliseconds. */
const spreadDeadlineMs = 1000;

export class PoolService implements MeshMembers {
  readonly #options: PoolServiceOptions;
  readonly #news: PoolNews;
  /** Connected peers that shared a pool when last checked. */
  readonly #members = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PoolServiceOptions) {
    this.#options = options;
    this.#news = new PoolNews(options.network.opener, options.pools);
  }

  async start(): Promise<void> {
    const { pools, network } = this.#options;
    pools.listen((item) => void this.#spread(item));
    await this.#news.start();
    this.#news.follow(() => network.connected());
    this.#timer = setInterval(() => void this.#tick(), checkEveryMs).unref();
    for (const { contacts } of pools.all()) {
      contacts.forEach(({ peer, addresses }) => network.keep(peer, addresses));
    }
  }

  /** Stops sending. To be called before the connections end, and `close` afterwards. */
  stop(): void {
    clearInterval(this.#timer);
    this.#news.stop();
  }

  /** Resolves when all changes are on disk. */
  close(): Promise<void> {
    return this.#options.pools.close();
  }

  connected(peer: string): void {
    if (this.#options.pools.sharedWith(peer).length > 0) {
      this.#members.add(peer);
      void this.#welcome(peer);
    }
  }

  disconnected(peer: string): void {
    this.#members.delete(peer);
    this.#news.disconnected(peer);
  }

  /** Whether this node accepts records of a peer, from it or from others. */
  isHeard(peer: string): boolean {
    return !this.#options.gate.isPoolOnly || this.#options.pools.sharedWith(peer).length > 0;
  }

  /** Whether both peers are members of the same pool of this node. */
  shareAPool(one: string, other: string): boolean {
    const pools = new Set(this.#options.pools.sharedWith(one));
    return this.#options.pools.sharedWith(other).some((pool) => pools.has(pool));
  }

  /** Ids of this node's active pools that a peer is a member of. */
  sharedWith(peer: string): string[] {
    return this.#options.pools.sharedWith(peer).map(({ id }) => id);
  }

  /** Ids of this node's active pools. */
  active(): string[] {
    return this.#options.pools.active().map(({ id }) => id);
  }

  /** Whether layers that a peer offers may be used: guests may not serve. */
  mayServe(peer: string): boolean {
    return !this.#options.gate.isPoolOnly || this.#options.pools.isServer(peer);
  }

  /** Members of this node's pools, or of one of them, that may serve; for requests that must stay in the pools. */
  servers(id?: string): ReadonlySet<string> {
    return this.#options.pools.servers(id);
  }

  /** Reads an invite without joining. @throws AppError `request-invalid` when it is not an invite or has expired */
  async readInvite({ link }: PoolParams<'poolReadInvite'>): Promise<PoolResult<'poolReadInvite'>> {
    const {
      pool,
      poolName: name,
      role,
      expiresAt,
      inviter,
    } = await readInviteLink(link, Date.now());
    return { pool, name, role, expiresAt, inviter };
  }

  /** Sets whether only members may connect; if so, disconnects strangers. */
  setPoolOnly(isPoolOnly: boolean): void {
    const { gate, network } = this.#options;
    if (gate.isPoolOnly !== isPoolOnly) {
      gate.isPoolOnly = isPoolOnly;
      this.#refresh();
      network.onChange();
    }
  }

  list(): Pool[] {
    return this.#options.pools.all().map((pool) => this.#summary(pool));
  }

  /** @throws AppError `over-capacity`, `data-folder-unusable` */
  async create(params: PoolParams<'poolCreate'>): Promise<Pool> {
    const pool = await this.#options.pools.create(params);
    this.#options.network.onChange();
    return this.#summary(pool);
  }

  /** @throws AppError `request-invalid`, `unauthorised`, `over-capacity`, `data-folder-unusable` */
  async invite(params: PoolParams<'poolInvite'>): Promise<PoolResult<'poolInvite'>> {
    const pool = this.#find(params.pool);
    const addresses = this.#options.network.addresses();
    return { ...(await this.#options.pools.invite(pool, params, addresses)), pool: pool.name };
  }

  /** @throws AppError `request-invalid` for the invite, `peer-failed`, `unauthorised` with the inviter's reason */
  async join({ link, member }: PoolParams<'poolJoin'>): Promise<Pool> {
    const { pools, gate, network } = this.#options;
    const invite = await readInviteLink(link, Date.now());
    pools.checkMayEnter(invite.pool);
    const request = {
      pool: invite.pool,
      secret: invite.secret,
      ...(member === undefined ? {} : { name: member }),
    };
    const reply = await gate.join(invite.inviter, request, () =>
      network.connectAnew(invite.inviter, invite.addresses),
    );
    if (reply.refusal !== undefined) {
      throw new AppError(
        'unauthorised',
        `You cannot join ${invite.poolName}. The machine that invited you says: ${refusalSentences[reply.refusal]}.`,
      );
    }
    const pool = await this.#enter(invite, reply);
    network.onChange();
    network.keep(invite.inviter, invite.addresses);
    return this.#summary(pool);
  }

  /** @throws AppError `request-invalid`, `unauthorised`, `data-folder-unusable` */
  async revoke({
    pool: name,
    target,
  }: PoolParams<'poolRevoke'>): Promise<PoolResult<'poolRevoke'>> {
    const pool = this.#find(name);
    if (pool.invites.revoke(target)) {
      await this.#options.pools.save(pool);
      return { pool: pool.name, kind: 'invite', name: target };
    }
    const others = this.#summary(pool).members.filter(({ isSelf }) => !isSelf);
    const member = chooseMember(pool.name, others, target);
    await this.#options.pools.remove(pool, member.peer);
    return { pool: pool.name, kind: 'member', name: member.name };
  }

  /** @throws AppError `request-invalid`, `data-folder-unusable` */
  async leave({ pool: name, forGood }: PoolParams<'poolLeave'>): Promise<PoolResult<'poolLeave'>> {
    const pool = this.#find(name);
    if (pool.isOwner && !forGood) {
      throw new AppError(
        'request-invalid',
        `This machine holds the key of ${pool.name}. When it leaves, nobody can appoint or remove admins any more.`,
        { advice: 'leave-for-good' },
      );
    }
    if (pool.state === 'active') {
      await this.#spread({ pool, from: undefined, revocation: await pool.leave() });
    }
    await this.#options.pools.forget(pool);
    this.#refresh();
    this.#options.network.onChange();
    return { id: pool.id, name: pool.name };
  }

  /**
   * Offers a model to the members of a pool; with null, withdraws it.
   * @throws AppError `request-invalid`, `unauthorised`, `over-capacity`, `data-folder-unusable`
   */
  async offer(
    name: string | undefined,
    id: string,
    model: PoolModelFacts | null,
  ): Promise<PoolResult<'poolWithdraw'> & { readonly poolId: string }> {
    const pool = this.#find(name);
    if (model === null && !pool.models.offered().some((offered) => offered.id === id)) {
      throw new AppError('request-invalid', `The pool ${pool.name} offers no model called ${id}.`);
    }
    await this.#options.pools.offer(pool, id, model);
    return { pool: pool.name, id, poolId: pool.id };
  }

  /** The models that this node's active pools offer. */
  offered(): (PoolModelFacts & {
    readonly id: string;
    readonly pool: { readonly id: string; readonly name: string };
  })[] {
    return this.#options.pools
      .active()
      .flatMap(({ id, name, models }) =>
        models.offered().map((model) => ({ ...model, pool: { id, name } })),
      );
  }

  async #enter(invite: Invite, { membership, inviter }: JoinReply): Promise<JoinedPool> {
    const { pools, log } = this.#options;
    try {
      if (membership === undefined || inviter === undefined) {
        throw new AppError('protocol-violation', 'An inviter gave no certificate');
      }
      const own = await openMembership(membership);
      return await pools.enter(invite, own, await openMembership(inviter));
    } catch (error) {
      log('warn', 'An inviter sent a certificate that is not valid', {
        peer: invite.inviter,
        error,
      });
      throw error instanceof AppError && error.code !== 'protocol-violation'
        ? error
        : new AppError(
            'peer-failed',
            'The machine that invited you gave a certificate that is not valid. Ask for a new invite.',
            { cause: error },
          );
    }
  }

  async #welcome(peer: string): Promise<void> {
    await this.#renew(peer);
    await this.#news.greet(peer);
  }

  async #tick(): Promise<void> {
    for (const peer of [this.#options.network.opener.peer, ...this.#members]) {
      await this.#renew(peer);
    }
    this.#refresh();
  }

  async #renew(peer: string): Promise<void> {
    try {
      await this.#options.pools.renew(peer);
    } catch (error) {
      this.#options.log('warn', 'A certificate could not be renewed', { peer, error });
    }
  }

  /** Sends a change to the members before disconnecting any, so that a removed member learns the reason. */
  async #spread(item: PoolNewsItem): Promise<void> {
    const { network } = this.#options;
    const deadline = delay(spreadDeadlineMs, undefined, { ref: false });
    await Promise.race([this.#news.spread(item, network.connected()), deadline]);
    this.#refresh();
    network.onChange();
  }

  /** Disconnects peers that are no longer allowed, and greets new members. */
  #refresh(): void {
    const { pools, gate, network, log } = this.#options;
    for (const peer of network.connected()) {
      const isMember = pools.sharedWith(peer).length > 0;
      const wasMember = this.#members.delete(peer);
      if (isMember) {
        this.#members.add(peer);
      }
      if (isMember && !wasMember) {
        void this.#welcome(peer);
      } else if (!isMember && (wasMember || gate.isPoolOnly)) {
        log('info', 'A peer is no longer a member of a pool of this machine', { peer });
        network.cut(
          peer,
          new AppError('unauthorised', 'The peer is no longer a member of the pool'),
        );
      }
    }
  }

  #find(choice: string | undefined): JoinedPool {
    return choosePool(this.#options.pools.all(), choice);
  }

  #summary(pool: JoinedPool): Pool {
    const connected = new Set(this.#options.network.connected());
    return poolSummary(pool, (peer) => connected.has(peer));
  }
}
